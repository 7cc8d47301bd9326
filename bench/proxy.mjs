// Stands between a client and Redis and counts what passes: commands, script calls, bytes, round trips.

import { connect, createServer } from 'node:net'

/** Finds the name of each command in a stream of requests (RESP arrays of bulk strings). */
export function commandReader(onCommand) {
  let pending = Buffer.alloc(0)
  const lineAt = (at) => {
    const end = pending.indexOf('\r\n', at)
    return end < 0 ? undefined : { number: Number(pending.toString('latin1', at + 1, end)), next: end + 2 }
  }
  /** Where the command that begins here ends, and its name; undefined when it is not all there. */
  const readOne = (from) => {
    const head = lineAt(from)
    if (head === undefined) return undefined
    let { next } = head
    let name
    for (let part = 0; part < head.number; part++) {
      const size = lineAt(next)
      if (size === undefined || pending.length < size.next + size.number + 2) return undefined
      name ??= pending.toString('latin1', size.next, size.next + size.number).toLowerCase()
      next = size.next + size.number + 2
    }
    return { name, next }
  }
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let at = 0
    for (let read = readOne(at); read !== undefined; read = at < pending.length ? readOne(at) : undefined) {
      onCommand(read.name)
      at = read.next
    }
    pending = pending.subarray(at)
  }
}

const nothing = () => ({ commands: 0, scriptCalls: 0, bytesSent: 0, bytesReceived: 0, roundTrips: 0 })

/** A round trip begins with a request after a reply: what is sent together makes one. */
function serve(client, port, counts) {
  const server = connect(port, '127.0.0.1')
  let replied = true
  const read = commandReader((name) => {
    counts.now.commands++
    if (/^(evalsha|eval|fcall)$/.test(name)) counts.now.scriptCalls++
  })
  client.on('data', (chunk) => {
    if (replied) counts.now.roundTrips++
    replied = false
    counts.now.bytesSent += chunk.length
    read(chunk)
    server.write(chunk)
  })
  server.on('data', (chunk) => {
    replied = true
    counts.now.bytesReceived += chunk.length
    client.write(chunk)
  })
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ]) {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => other.destroy())
  }
}

/** -> { port, reset(), counts(), close() } */
export async function startProxy(redisPort) {
  const counts = { now: nothing() }
  const sockets = new Set()
  const server = createServer((client) => {
    sockets.add(client)
    serve(client, redisPort, counts)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    reset: () => {
      counts.now = nothing()
    },
    counts: () => ({ ...counts.now }),
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
