// The peer `ws`: a request comes in, everybody hears of it. The frame is made once for all (websockets/ws#1016) and
// handed to each connection the way Engine.IO does it. Usage: node ws.mjs PORT
import { createServer } from 'node:http'
import { Sender, WebSocket, WebSocketServer } from 'ws'

const server = createServer((request, response) => {
  if (request.method !== 'POST') return response.end('ready')
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const frame = [Buffer.concat(Sender.frame(Buffer.concat(chunks), { fin: true, opcode: 1, mask: false, readOnly: false, rsv1: false }))]
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client._sender.sendFrame(frame)
    }
    response.writeHead(204).end()
  })
})

const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: true })
sockets.on('connection', (socket) => socket.on('error', () => {}))
server.keepAliveTimeout = 0
server.listen(Number(process.argv[2]), '127.0.0.1', 4096)
