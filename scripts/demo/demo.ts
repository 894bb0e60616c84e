/**
 * `npm run demo -- FILE`: fills a room with a conversation and the people of it, and prints the link to open.
 *
 * The history is signed by everybody in it and kept by the first actor; the actors are real peers that go on talking
 * (`--speed live`) or just stay (`--speed instant`). One program, many people, one relay.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatRoomLink, openRoomKeys } from '@kith/protocol'
import { createNativeCrypto } from '@kith/peer/node'
import type { OpenChat } from '@kith/peer/node'
import { generateConversation } from '../../bench/corpus.ts'
import { openActor } from './actor.ts'
import { Cast } from './cast.ts'
import { readConversation, type Line } from './conversation.ts'
import { authorHistory } from './history.ts'
import { startRelay } from './relay.ts'

const usage = `npm run demo -- [FILE] [options]

  FILE               .ndjson or .ndjson.gz of {day, time, nick, text}; without it a conversation is made up
  --messages N       how many lines become history (default 2000)
  --people N         how many of its people are online (default 5, at most 12)
  --speed SPEED      live: they go on talking; instant: they are just there (default live)
  --relay URL        a relay that is running; without it one is started on a free port
`
const maxPeopleOnline = 12
/** Between two lines of a live conversation, whatever the gap really was. */
const gapMs = { least: 1_500, most: 7_000 }
const typingMs = 1_200

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      messages: { type: 'string', default: '2000' },
      people: { type: 'string', default: '5' },
      speed: { type: 'string', default: 'live' },
      relay: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const messages = Number(values.messages)
  const people = Number(values.people)
  const isGood =
    Number.isInteger(messages) && messages > 0 && Number.isInteger(people) && people > 0 && people <= maxPeopleOnline
  if (values.help === true || positionals.length > 1 || !isGood || !['live', 'instant'].includes(values.speed)) {
    process.stderr.write(usage)
    process.exit(values.help === true ? 0 : 2)
  }
  const [file] = positionals
  return {
    file: file === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? '.', file),
    messages,
    people,
    live: values.speed === 'live',
    relay: values.relay?.replace(/\/+$/, ''),
  }
}

/** The people with most lines in what comes next come first, so that a live conversation has something to say. */
function mostTalkative(lines: readonly Line[], count: number): readonly string[] {
  const linesByNick = new Map<string, number>()
  for (const { nick } of lines) linesByNick.set(nick, (linesByNick.get(nick) ?? 0) + 1)
  return [...linesByNick]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([nick]) => nick)
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** The lines of whoever is online, at the pace of a conversation, again from the start when they are over. */
async function talk(lines: readonly Line[], actors: ReadonlyMap<string, OpenChat>, roomId: string): Promise<never> {
  const said = lines.filter(({ nick }) => actors.has(nick))
  for (let i = 0; ; i = (i + 1) % said.length) {
    const line = said[i] as Line
    const gap = line.time - (said[i - 1]?.time ?? line.time)
    await pause(Math.min(gapMs.most, Math.max(gapMs.least, gap)))
    const room = actors.get(line.nick)?.room(roomId)
    room?.setTyping(true)
    await pause(typingMs)
    room?.setTyping(false)
    await room?.send(line.text)
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  const wanted = options.live ? options.messages + Math.max(500, options.messages) : options.messages
  const lines = options.file === undefined ? generateConversation(wanted) : await readConversation(options.file, wanted)
  if (lines.length === 0) throw new Error('There is no line in it that could be said.')
  const past = lines.slice(0, options.messages)
  const next = lines.length > past.length ? lines.slice(past.length) : past

  const crypto = createNativeCrypto()
  const secret = crypto.random(32)
  const keys = openRoomKeys(crypto, secret)
  const cast = new Cast(crypto, keys)
  const relay = options.relay ?? (await startRelay())
  const started = performance.now()
  const history = await authorHistory(past, { crypto, keys, cast, now: Date.now() }, (done) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${done.toLocaleString('en')} of ${past.length.toLocaleString('en')} `)
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (process.stderr.isTTY) process.stderr.write('\r')
  process.stdout.write(
    `${history.messages.toLocaleString('en')} messages, ${history.replies} replies and ${history.reactions} reactions of ` +
      `${cast.size.toLocaleString('en')} people, signed in ${seconds} s.\n`,
  )

  const actors = new Map<string, OpenChat>()
  for (const name of mostTalkative(next, options.people)) {
    const persona = cast.secretsOf(name, Date.now())
    const brings = actors.size === 0 ? history.stores : undefined
    actors.set(name, await openActor({ crypto, keys, secret, relay, title: 'Demo', name, persona, history: brings }))
  }
  process.stdout.write(
    `Online: ${[...actors.keys()].join(', ')}\n\nOpen ${formatRoomLink({ secret, relay })}\n\nCtrl+C ends it.\n`,
  )
  const stop = (): void => {
    void Promise.allSettled([...actors.values()].map((chat) => chat.close())).then(() => process.exit(0))
    setTimeout(() => process.exit(0), 3_000).unref()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  if (options.live) await talk(next, actors, keys.id)
  else await new Promise(() => setInterval(() => undefined, 60_000))
}

await main()
