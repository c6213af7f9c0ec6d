/** Holds the one socket of all tabs. */
import { serveShared } from '@rollcall/client/shared';

serveShared();
