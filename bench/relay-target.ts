/**
 * One server of the relay benchmark, in a process of its own: ours, a plain `ws` broadcast, or socket.io.
 *
 * The two others do per message what ours does, except the cryptography: they read the request, look at its size and
 * topic, and make the same answers of the same length, with zeros where ours puts a signed receipt. They authenticate
 * nobody. Told `memory` by the parent, all answer with their memory after a garbage collection.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRelay } from '@kith/relay'
import { decodeRequest, encodeAnswer, formatHex } from '@kith/protocol'
import { Server as SocketIo } from 'socket.io'
import { type WebSocket, WebSocketServer } from 'ws'

export type TargetKind = 'kith' | 'ws' | 'socketio'

const receiptBytes = 206

async function startKith(): Promise<number> {
  const fast = { perS: 1e9, burst: 1e9 }
  const relay = createRelay({
    seed: new Uint8Array(32).fill(1),
    port: 0,
    host: '127.0.0.1',
    webRoot: '/nowhere',
    limits: {
      framesPerConnection: fast,
      bytesPerConnection: fast,
      publishesPerConnection: fast,
      publishesPerTopic: fast,
      publishedBytesPerTopic: fast,
    },
  })
  return (await relay.listen()).port
}

/** What becomes of one published frame: the answer to everybody else, and the one to who sent it. */
function answersTo(bytes: Uint8Array): { readonly others: Uint8Array; readonly self: Uint8Array } | undefined {
  const request = decodeRequest(bytes)
  if (request?.type !== 'publish' || request.entry.length > 262_341 || formatHex(request.topic).length !== 64) return
  const { topic, entry } = request
  const receipt = new Uint8Array(receiptBytes)
  return {
    others: encodeAnswer({ type: 'entry', topic, receipt, entry }),
    self: encodeAnswer({ type: 'receipt', receipt }),
  }
}

async function startWs(): Promise<number> {
  const members = new Set<WebSocket>()
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    members.add(socket)
    socket.on('close', () => members.delete(socket))
    socket.on('message', (data: Buffer) => {
      const answers = answersTo(data)
      if (answers === undefined) return
      for (const member of members) member.send(member === socket ? answers.self : answers.others)
    })
  })
  await new Promise((resolve) => sockets.once('listening', resolve))
  return (sockets.address() as AddressInfo).port
}

async function startSocketIo(): Promise<number> {
  const http = createServer()
  const io = new SocketIo(http, { transports: ['websocket'], pingInterval: 120_000, serveClient: false })
  io.on('connection', (socket) => {
    void socket.join('room')
    socket.on('publish', (data: Buffer) => {
      const answers = answersTo(data)
      if (answers === undefined) return
      socket.to('room').emit('entry', Buffer.from(answers.others))
      socket.emit('receipt', Buffer.from(answers.self))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return (http.address() as AddressInfo).port
}

const starts: Record<TargetKind, () => Promise<number>> = { kith: startKith, ws: startWs, socketio: startSocketIo }

process.on('message', () => {
  globalThis.gc?.()
  setTimeout(() => {
    globalThis.gc?.()
    process.send?.({ memoryBytes: process.memoryUsage().rss })
  }, 300)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: await starts[process.argv[2] as TargetKind]() })
