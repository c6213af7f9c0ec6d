// Runs before the first paint, so that a chosen theme never flashes in the other one. The rest is in src/design/theme.ts.
(function () {
  try {
    var theme = JSON.parse(localStorage.getItem('rollcall.theme'));
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch (e) {
    // Storage is blocked: the system's theme it is.
  }
})();
