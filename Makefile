# The commands of this project. `make run` needs the .NET 10 SDK and
# Node 20 (20.19 or later), 22 (22.13 or later), or 24 or later; `make test` also
# Chromium, which it installs on Debian and Ubuntu, and openssl.
.DEFAULT_GOAL := run
.PHONY: run build publish test soak fuzz bench fmt need

CLI := src/Rollcall.Cli
HUB := $(CLI)/bin/Release/net10.0/publish/rollcall.dll

# Serves the hub and the dashboard on http://127.0.0.1:7655; ARGS go to `rollcall serve`.
run: publish
	@ROLLCALL_DATA="$${ROLLCALL_DATA:-$(CURDIR)/data}" exec dotnet $(HUB) serve $(ARGS)

build: need
	@dotnet build --configuration Release --nologo --verbosity quiet

# The hub as it is meant to be run, with its code compiled ahead of time.
publish: need
	@dotnet publish $(CLI) --configuration Release --nologo --verbosity quiet

# Every test: C#, TypeScript, the official clients, a real browser.
test: need
	@scripts/test

# The long runs that CI has no time for: 200 kills of the hub under load, 10,000 subscribers on bad lines, half an hour
# of churn.
soak: build publish
	@ROLLCALL_KILLS=200 dotnet run --no-build --configuration Release --project tests/Rollcall.Server.Tests -- --filter-namespace Rollcall.Server.Tests.Chaos
	@ROLLCALL_FAULT_RUNS=10000 dotnet run --no-build --configuration Release --project tests/Rollcall.Server.Tests -- --filter-namespace Rollcall.Server.Tests.Faults
	@dotnet run --no-build --configuration Release --project bench/Rollcall.Bench -- soak

# Ten minutes of random bytes for the parser of WebSocket frames; ROLLCALL_FUZZ_SEED chooses others.
fuzz: build
	@ROLLCALL_FUZZ_SECONDS=600 dotnet run --no-build --configuration Release --project tests/Rollcall.Server.Tests -- --filter-class '*FuzzTests' --show-live-output on

# Our figures beside the peers', in the same run.
bench: build publish
	-@cd bench/peers/node && npm ci --silent --no-audit --no-fund
	@dotnet run --no-build --configuration Release --project bench/Rollcall.Bench -- $(ARGS)

fmt:
	@dotnet format Rollcall.slnx

need:
	@scripts/need
