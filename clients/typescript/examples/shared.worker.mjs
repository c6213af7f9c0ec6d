import { serveShared } from '@rollcall/client/shared';

serveShared();
