import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeRequest, type RelayLimits, verifyReceipt } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Caller, crypto, fakeEntry, roomNow } from '../test/caller.ts'
import { createRelay, type Relay, RelayPortTaken } from './relay.ts'

const relays: Relay[] = []
const plenty = { perS: 1e9, burst: 1e9 }

async function start(limits: Partial<RelayLimits> = {}): Promise<{ relay: Relay; url: string }> {
  const relay = createRelay({ seed: crypto.random(32), port: 0, host: '127.0.0.1', webRoot: '/nowhere', limits })
  relays.push(relay)
  const { url } = await relay.listen()
  return { relay, url }
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.slice(name.length + 1))
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await what()) return
    await pause(20)
  }
  throw new Error(`never: ${what.toString()}`)
}

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()))
})

describe('a relay over real sockets', () => {
  it('REL42 three members meet, talk with receipts, call each other and part', async () => {
    const { relay, url } = await start()
    const room = roomNow(crypto.random(32))
    const [a, b, c] = [new Caller(url), new Caller(url), new Caller(url)]
    expect((await a.enter(room)).peers).toEqual([])
    expect((await b.enter(room)).peers.map(({ session }) => session)).toEqual([a.key])
    expect((await c.enter(room)).peers).toHaveLength(2)
    await a.next('joined', 2)
    const entries = Array.from({ length: 50 }, (_, i) => fakeEntry(300 + i * 40))
    for (const entry of entries) a.tell({ type: 'publish', topic: room.topic, entry })
    await Promise.all([a.next('receipt', 50), b.next('entry', 50), c.next('entry', 50)])
    for (const other of [b, c]) expect(other.of('entry').map(({ bytes }) => bytes)).toEqual(entries)
    for (const [i, { receipt }] of b.of('entry').entries()) {
      const read = verifyReceipt(crypto, receipt)
      expect(read.ok && read.value).toMatchObject({
        relayKey: relay.key,
        sender: a.key,
        digest: crypto.sha256(entries[i]!),
      })
      expect(a.of('receipt')[i]!.receipt).toEqual(receipt)
    }
    b.tell({ type: 'signal', to: c.key, bytes: crypto.random(1024), expires: Date.now() + 60_000 })
    b.tell({ type: 'direct', to: c.key, bytes: crypto.random(5_000) })
    b.tell({ type: 'probe', to: c.key })
    await Promise.all([c.next('signal'), c.next('direct'), b.next('alive')])
    expect(b.of('alive')[0]?.alive).toBe(true)
    await c.leave()
    expect((await a.next('left')).session).toEqual(c.key)
    b.tell({ type: 'direct', to: c.key, bytes: crypto.random(10) })
    expect((await b.next('absent')).to).toEqual(c.key)
    await Promise.all([a.leave(), b.leave()])
    await until(async () => (await metric(url, 'kith_relay_sockets')) === 0)
    expect(await metric(url, 'kith_relay_topics')).toBe(0)
  })

  it('REL42 the largest entry passes', async () => {
    const { url } = await start()
    const room = roomNow(crypto.random(32))
    const [a, b] = [new Caller(url), new Caller(url)]
    await a.enter(room)
    await b.enter(room)
    const entry = fakeEntry(256 * 1024 + 197)
    a.tell({ type: 'publish', topic: room.topic, entry })
    expect(Buffer.compare((await b.next('entry')).bytes, entry)).toBe(0)
  })

  it('REL5 a relay behind a proxy is known by its public name', async () => {
    const relay = createRelay({
      seed: crypto.random(32),
      port: 0,
      host: '127.0.0.1',
      webRoot: '/nowhere',
      origins: ['https://chat.example'],
    })
    relays.push(relay)
    const { url } = await relay.listen()
    const caller = new Caller(url)
    expect((await caller.next('refused')).code).toBe('wrongHost')
    expect((await caller.closed).code).toBe(4005)
  })

  it('REL51 who sends faster than allowed is slowed down, and nothing is lost', async () => {
    const { url } = await start({ framesPerConnection: { perS: 1_000, burst: 200 } })
    const a = new Caller(url)
    await a.next('ready')
    const began = Date.now()
    // One at a time through the socket, so that the relay can stop reading between them.
    let pongs = 0
    a.web.on('message', () => pongs++)
    for (let i = 0; i < 1_500; i++) {
      a.web.send(encodeRequest({ type: 'ping', token: i }))
      if (i % 50 === 0) await pause(1)
    }
    await until(() => pongs >= 1_500)
    expect(Date.now() - began).toBeGreaterThan(700)
    expect(a.web.readyState).toBe(WebSocket.OPEN)
    expect(await metric(url, 'kith_relay_events_total{what="held",code=""}')).toBeGreaterThan(0)
  })

  it('REL50 who publishes faster than allowed is told when to try again', async () => {
    const { url } = await start({ publishesPerConnection: { perS: 5, burst: 3 } })
    const room = roomNow(crypto.random(32))
    const a = new Caller(url)
    await a.enter(room)
    const entry = fakeEntry(300)
    for (let i = 0; i < 4; i++) a.tell({ type: 'publish', topic: room.topic, entry })
    const refused = await a.next('refused')
    expect(refused).toMatchObject({ code: 'rateLimited', about: 'publish', subject: crypto.sha256(entry) })
    await pause(refused.retryAfterMs)
    a.tell({ type: 'publish', topic: room.topic, entry })
    await a.next('receipt', 4)
  })

  it('REL52 a member that stops reading is dropped at the limit, and holds nobody up', async () => {
    const { url } = await start({ queueBytes: 1024 * 1024, bytesPerConnection: plenty, publishedBytesPerTopic: plenty })
    const room = roomNow(crypto.random(32))
    const [a, b, slow] = [new Caller(url), new Caller(url), new Caller(url)]
    for (const caller of [a, b, slow]) await caller.enter(room)
    slow.web.pause()
    for (let i = 0; i < 60; i++) {
      a.tell({ type: 'publish', topic: room.topic, entry: fakeEntry(250_000) })
      await a.next('receipt', i + 1)
    }
    await b.next('entry', 60)
    expect((await b.next('left')).session).toEqual(slow.key)
    expect(await metric(url, 'kith_relay_events_total{what="slowReader",code=""}')).toBe(1)
    slow.web.terminate()
  }, 30_000)

  it('REL14 a socket that says nothing is pinged, and one that does not answer is given up', async () => {
    const silence = { pingAfterMs: 100, deadAfterMs: 400, lookEveryMs: 50 }
    const relay = createRelay({ seed: crypto.random(32), port: 0, host: '127.0.0.1', webRoot: '/nowhere', silence })
    relays.push(relay)
    const { url } = await relay.listen()
    const room = roomNow(crypto.random(32))
    const [quiet, gone] = [new Caller(url), new Caller(url)]
    await quiet.enter(room)
    await gone.enter(room)
    gone.web.pause()
    expect((await quiet.next('left')).session).toEqual(gone.key)
    await pause(500)
    expect(quiet.web.readyState).toBe(WebSocket.OPEN)
    gone.web.terminate()
  })

  it('REL36 who reads slowly is not pushed off by what is sent to it alone', async () => {
    const { url } = await start({ congestedBytes: 64 * 1024, queueBytes: 8 * 1024 * 1024 })
    const room = roomNow(crypto.random(32))
    const [a, slow] = [new Caller(url), new Caller(url)]
    await a.enter(room)
    await slow.enter(room)
    slow.web.pause()
    for (let i = 0; i < 150 && a.of('refused').length === 0; i++) {
      a.tell({ type: 'direct', to: slow.key, bytes: crypto.random(60_000) })
      await pause(1)
    }
    expect(await a.next('refused')).toMatchObject({ code: 'busy', about: 'direct', subject: slow.key })
    slow.web.resume()
    await until(async () => {
      a.tell({ type: 'probe', to: slow.key })
      await pause(20)
      return a.of('alive').length > 0
    })
    expect(slow.web.readyState).toBe(WebSocket.OPEN)
  })

  it('REL2 an oversize frame is answered by a code, one far too large by the WebSocket itself', async () => {
    const { url } = await start({ frameBytes: 300_000 })
    const [a, b] = [new Caller(url), new Caller(url)]
    await Promise.all([a.next('ready'), b.next('ready')])
    a.web.send(new Uint8Array(300_001))
    expect((await a.next('refused')).code).toBe('tooLarge')
    expect(await a.closed).toEqual({ code: 4002, reason: 'tooLarge' })
    b.web.send(new Uint8Array(600_001))
    expect((await b.closed).code).toBe(1009)
  })

  it('REL1 a text frame ends the connection like any other malformed frame', async () => {
    const { url } = await start()
    const a = new Caller(url)
    await a.next('ready')
    a.web.send('hello?')
    expect((await a.next('refused')).code).toBe('malformed')
    expect((await a.closed).code).toBe(4001)
  })

  it('REL10 a full relay answers 503, and 404 where there is no socket', async () => {
    const { url } = await start({ connections: 1 })
    const a = new Caller(url)
    await a.next('ready')
    const answerTo = async (path: string): Promise<number | undefined> => {
      const web = new WebSocket(`${url.replace('http', 'ws')}${path}`)
      web.on('error', () => {})
      const [, response] = (await once(web, 'unexpected-response')) as [unknown, { statusCode?: number }]
      return response.statusCode
    }
    expect(await answerTo('/ws')).toBe(503)
    expect(await answerTo('/elsewhere')).toBe(404)
    await a.leave()
  })

  it('REL53 10,000 mutated frames: coded answers or closed connections, no growth, and others talk on', async () => {
    const { url } = await start()
    const room = roomNow(crypto.random(32))
    const [a, b] = [new Caller(url), new Caller(url)]
    await a.enter(room)
    await b.enter(room)
    const good = [
      encodeRequest({ type: 'ping', token: 7 }),
      encodeRequest({ type: 'probe', to: b.key }),
      encodeRequest({ type: 'publish', topic: room.topic, entry: fakeEntry(300) }),
      encodeRequest({ type: 'signal', to: b.key, expires: Date.now() + 30_000, bytes: crypto.random(1024) }),
      encodeRequest({ type: 'direct', to: b.key, bytes: crypto.random(500) }),
      encodeRequest({ type: 'leave', topic: room.topic }),
    ]
    let sent = 0
    let coded = 0
    const codes = new Set<number>()
    const attack = async (): Promise<void> => {
      while (sent < 10_000) {
        const mallory = new Caller(url)
        if (sent % 3 === 0) await mallory.enter(room)
        else await mallory.next('ready')
        // Several at once: what follows a bad frame on a connection that is being closed must not matter either.
        for (let i = 0; i < 20; i++, sent++) mallory.web.send(mutate(good[sent % good.length]!))
        const { code } = await Promise.race([mallory.closed, pause(300, { code: 0 })])
        if (code !== 0) codes.add(code)
        if (mallory.of('refused').length > 0) coded++
        mallory.web.terminate()
      }
    }
    const before = heapMiB()
    await Promise.all(Array.from({ length: 8 }, attack))
    expect(coded).toBeGreaterThan(100)
    expect([...codes].every((code) => code >= 4000 && code < 4100)).toBe(true)
    a.tell({ type: 'publish', topic: room.topic, entry: fakeEntry(300) })
    await a.next('receipt')
    await until(async () => (await metric(url, 'kith_relay_sockets')) === 2)
    expect(await metric(url, 'kith_relay_sessions')).toBe(2)
    a.events.length = 0
    b.events.length = 0
    expect(heapMiB() - before).toBeLessThan(12)
    await Promise.all([a.leave(), b.leave()])
  }, 60_000)

  it('REL53 what is no WebSocket at all does not disturb it', async () => {
    const { relay, url } = await start()
    const { port } = relay.address!
    for (let i = 0; i < 50; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.resume()
      socket.write(
        i % 2 === 0 ? crypto.random(200) : 'GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      )
      await once(socket, 'close').catch(() => {})
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('REL61 going away, it says so after everything it still had to say', async () => {
    const { relay, url } = await start()
    const room = roomNow(crypto.random(32))
    const [a, b] = [new Caller(url), new Caller(url)]
    await a.enter(room)
    await b.enter(room)
    for (let i = 0; i < 20; i++) a.tell({ type: 'publish', topic: room.topic, entry: fakeEntry(20_000) })
    await a.next('receipt')
    const closing = relay.close()
    expect(await b.closed).toEqual({ code: 1001, reason: 'going away' })
    expect(b.of('entry').length).toBe(a.of('receipt').length)
    await closing
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
    await relay.close()
  })

  it('REL64 a taken port is said in words', async () => {
    const { relay } = await start()
    const second = createRelay({
      seed: crypto.random(32),
      port: relay.address!.port,
      host: '127.0.0.1',
      webRoot: '/nowhere',
    })
    await expect(second.listen()).rejects.toThrow(RelayPortTaken)
    await second.close()
  })
})

function mutate(frame: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(frame)
  const chances = crypto.random(12)
  for (let i = 0; i < (chances[0]! & 3); i++) {
    bytes[((chances[1 + i * 2]! << 8) | chances[2 + i * 2]!) % bytes.length] = chances[8 + i]!
  }
  // Often in the head, where it hurts.
  if (chances[7]! < 90) bytes[chances[7]! % 4] = chances[11]!
  return chances[9]! < 50 ? bytes.subarray(0, chances[10]! % bytes.length) : bytes
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapMiB(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 1024 / 1024
}
