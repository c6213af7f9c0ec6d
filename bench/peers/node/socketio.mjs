// The peer Socket.IO: a request comes in, `io.emit` tells everybody. WebSocket only, without compression, as its page on
// performance advises; the packet is encoded and framed once for all by the adapter. Usage: node socketio.mjs PORT
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const server = createServer((request, response) => {
  if (request.method !== 'POST') return response.end('ready')
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    io.emit('session_updated', JSON.parse(body))
    response.writeHead(204).end()
  })
})

// The load client answers no pings: they are put off until after its rounds.
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false, pingInterval: 3_600_000 })
io.engine.on('connection', (socket) => { socket.request = null })
server.keepAliveTimeout = 0
server.listen(Number(process.argv[2]), '127.0.0.1', 4096)
