/** The terminal program's composition root: the only place where it makes what it depends on. */
import { createWriteStream, fstatSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import {
  createNativeCrypto,
  createNodeChat,
  createNodeDialer,
  createNodeRelayDialer,
  createSystemClock,
  openSealedNodeStorage,
} from '@kith/peer/node'
import { parseArguments, type Command } from './arguments.ts'
import { profileDirs, userDataDir, type Place } from './data-dir.ts'
import { logChanges } from './debug-log.ts'
import { runDevice } from './device-program.ts'
import { runDoctor } from './doctor/doctor.ts'
import { runExport } from './export-program.ts'
import { exitCodes, toFailure, type Failure } from './failure.ts'
import { helpText } from './help.ts'
import { runKeep } from './keep-program.ts'
import type { Io } from './io.ts'
import { runJson } from './json/json-chat.ts'
import { formatLine } from './json/lines.ts'
import { defaultRelay, openRooms, readPassphrase, type ChatCommand } from './open-rooms.ts'
import { familyOf, watchParent } from './orphan.ts'
import { runPlain } from './plain-chat.ts'
import { hiddenAsker, runPassphrase } from './passphrase-program.ts'
import { relayArguments, relayMain, runRelay } from './relay-program.ts'
import { runFullScreen } from './screen/full-screen.ts'
import { version } from './version.ts'

/** The whole program; ends the process. */
export async function run(argv: readonly string[]): Promise<void> {
  // Whoever reads our output may go away first (kith … | head).
  process.stdout.on('error', () => process.exit(exitCodes.done))
  watchParent(familyOf(process), () => process.kill(process.pid, 'SIGTERM'))
  const code = await execute(argv).catch((error: unknown) => fail(toFailure(error), argv.includes('--json')))
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  // Native WebRTC threads would keep the process; everything that must be kept is durable by now.
  process.exit(code)
}

async function execute(argv: readonly string[]): Promise<number> {
  const place: Place = { platform: process.platform, home: homedir(), env: process.env }
  const command = parseArguments(argv, process.env)
  switch (command.type) {
    case 'help':
      process.stdout.write(helpText)
      return exitCodes.done
    case 'version':
      process.stdout.write(`kith ${version()}\n`)
      return exitCodes.done
    case 'relay': {
      const main = relayMain((name) => import.meta.resolve(name))
      return runRelay(main, relayArguments(command))
    }
    case 'keep': {
      const data = command.data ?? join(userDataDir(place), 'keepers')
      return runKeep({ ...command, data }, stopSignal(), (text) => void process.stderr.write(`${text}\n`))
    }
    case 'passphrase': {
      const next = command.newFile
      const ports = { ...place, env: {} }
      return runPassphrase(
        {
          current: await readPassphrase(command.options, place),
          next: next === undefined ? undefined : await readPassphrase({ passphraseFile: next }, ports),
          remove: command.remove,
        },
        (passphrase) =>
          openSealedNodeStorage(command.options.data ?? (profileDirs(place)[0] as string), {
            crypto: createNativeCrypto(),
            passphrase,
          }),
        hiddenAsker(process.stdin, process.stderr),
        (text) => void process.stderr.write(`${text}\n`),
      )
    }
    case 'doctor':
      return doctor(command, place)
    default:
      return chat(command, place)
  }
}

async function chat(command: ChatCommand, place: Place): Promise<number> {
  const { options } = command
  const stopped = stopSignal()
  const note = (text: string): void => void process.stderr.write(`${text}\n`)
  const { chat, rooms, dataDir } = await openRooms(command, place, createNodeChat, note)
  const fullScreen = !options.json && process.stdin.isTTY && process.stdout.isTTY
  const stopLog = options.debug
    ? logChanges(chat, debugWriter(fullScreen && process.stderr.isTTY ? dataDir : undefined), Date.now)
    : (): void => {}
  const invite = command.type === 'new'
  try {
    if (command.type === 'device') {
      const relay = options.relay === null ? undefined : (options.relay ?? defaultRelay)
      const name = options.name ?? hostname()
      return await runDevice(chat, { code: command.code, relay, name }, note, stopped)
    }
    if (command.type === 'export')
      return await runExport(rooms, { name: command.room, format: options.json ? 'json' : 'markdown' }, writeOut)
    const [first] = rooms
    if (fullScreen && first !== undefined) {
      const color = (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
      const terminal = { input: process.stdin, output: process.stdout, color, env: process.env, suspend }
      return await runFullScreen(chat, first.room, terminal, { invite, stopped })
    }
    const io: Io = {
      input: isNullDevice(0) ? undefined : process.stdin,
      write: (text) => void process.stdout.write(text),
      note,
      now: Date.now,
      sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      stopped,
    }
    if (options.json) return await runJson(chat, rooms, io)
    return await runPlain(chat, rooms, io, { invite, typed: process.stdin.isTTY })
  } finally {
    stopLog()
    await chat.close()
  }
}

/** Whatever reads it may be slow. */
async function writeOut(part: string): Promise<void> {
  if (!process.stdout.write(part)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

async function doctor(command: Extract<Command, { readonly type: 'doctor' }>, place: Place): Promise<number> {
  const clock = createSystemClock()
  return runDoctor(
    { relay: command.relay ?? defaultRelay, data: command.data ?? userDataDir(place), json: command.json },
    {
      nodeVersion: process.versions.node,
      store: { open: async (directory) => openSealedNodeStorage(directory, { crypto: createNativeCrypto() }) },
      relay: { crypto: createNativeCrypto(), dial: createNodeRelayDialer({ clock }), fetch, now: Date.now },
      loadDialer: async () => createNodeDialer({ clock }),
      write: (text) => void process.stdout.write(text),
    },
  )
}

function fail(failure: Failure, json: boolean): number {
  if (json) process.stdout.write(formatLine({ type: 'error', code: failure.code, message: failure.message }))
  process.stderr.write(`kith: ${failure.message}\n`)
  if (failure.exitCode === exitCodes.fault && failure.cause instanceof Error)
    process.stderr.write(`${failure.cause.stack ?? ''}\n`)
  return failure.exitCode
}

/** Resolves at the first signal that asks to leave; a second one ends the process at once. */
async function stopSignal(): Promise<number> {
  return new Promise((resolve) => {
    const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated, SIGHUP: 129 } as const
    for (const [signal, code] of Object.entries(codes)) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(code))
        resolve(code)
      })
    }
  })
}

/** Ctrl+Z in raw mode: stops the whole job, as the terminal itself would. */
async function suspend(): Promise<void> {
  if (process.platform === 'win32') return
  await new Promise<void>((resolve) => {
    process.once('SIGCONT', () => resolve())
    process.kill(0, 'SIGTSTP')
  })
}

/** `< /dev/null`, as services and background jobs have it: no input, which is not the same as its end. */
function isNullDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && !process.stdin.isTTY
  } catch {
    return true
  }
}

function debugWriter(directory: string | undefined): (line: string) => void {
  if (directory === undefined) return (line) => void process.stderr.write(line)
  const file = createWriteStream(join(directory, 'debug.log'), { flags: 'a', mode: 0o600 })
  return (line) => void file.write(line)
}
