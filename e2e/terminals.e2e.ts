/**
 * The terminal program as people and scripts use it: without any relay, by configuration files, in pipes, restarted,
 * given wrong things, and ended in every way a process can end.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort, Relay, runKith, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const root = resolve(import.meta.dirname, '..')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const open: Terminal[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((terminal) => terminal.kill()))
})

afterAll(() => folder.remove())

function terminal(...args: readonly string[]): Terminal {
  const started = new Terminal(args)
  open.push(started)
  return started
}

const data = (name: string): readonly string[] => ['--data', `${folder.path}/${name}`]

function saidNothingWrong(...terminals: readonly Terminal[]): void {
  for (const { errors, lines } of terminals) {
    expect(errors).toBe('')
    expect(lines.filter(({ type }) => type === 'error')).toEqual([])
  }
}

describe('without any relay', () => {
  it('two terminals talk over a plain socket, and find each other and their history after a restart', async () => {
    const port = await freePort()
    const listen = ['--no-relay', '--port', String(port)]
    const dial = ['--no-relay', '--peer', `127.0.0.1:${port}`]
    let ana = terminal('new', ...listen, ...data('ana'), '--name', 'Ana')
    const link = await ana.link()
    expect(link).toMatch(/^kith:#[\w-]{43}$/)
    let ben = terminal('join', link, ...dial, ...data('ben'), '--name', 'Ben')
    await until('Ana to be reached', 10_000, () => [...ben.peers.values()].some(({ path }) => path === 'direct'))
    for (const index of [1, 2, 3]) {
      ana.send(`ana ${index}`)
      ben.send(`ben ${index}`)
    }
    await until('six messages', 10_000, () => ana.messages.size === 6 && ben.messages.size === 6)
    expect(ben.ids()).toEqual(ana.ids())
    expect(ben.texts()).toEqual(ana.texts())
    expect(ana.texts().toSorted()).toEqual(['ana 1', 'ana 2', 'ana 3', 'ben 1', 'ben 2', 'ben 3'])
    expect([...ana.messages.values()].map(({ name }) => name).toSorted()).toEqual([
      'Ana',
      'Ana',
      'Ana',
      'Ben',
      'Ben',
      'Ben',
    ])
    expect([...ana.messages.values(), ...ben.messages.values()].some(({ receipt }) => receipt)).toBe(false)
    expect(await ben.leave()).toBe(0)
    await until('Ben to be gone', 10_000, () => [...ana.peers.values()].every(({ state }) => state === 'gone'))
    expect(await ana.leave()).toBe(0)
    saidNothingWrong(ana, ben)

    const ids = ana.ids()
    // Nobody else is there: what is printed stood in the own store.
    ben = terminal(...dial, ...data('ben'))
    const synced = await until('Ben to be synced', 15_000, () => ben.last('synced'))
    expect(synced.gaps).toBe(0)
    expect(ben.ids()).toEqual(ids)
    const history = ben.lines.slice(0, ben.lines.indexOf(synced)).filter(({ type }) => type === 'message')
    expect(history).toHaveLength(6)
    ben.send('is Ana here?')
    ana = terminal(...listen, ...data('ana'))
    await until('Ana to have what Ben said', 30_000, () => ana.messages.size === 7)
    expect(ana.texts().at(-1)).toBe('is Ana here?')
    ana.send('here again')
    await until('Ben to hear it', 10_000, () => ben.messages.size === 8)
    expect(ben.ids()).toEqual(ana.ids())
    // The same people as before.
    expect(new Set([...ben.messages.values()].map(({ name }) => name))).toEqual(new Set(['Ana', 'Ben']))
    saidNothingWrong(ana, ben)
  })

  it('the four samples of examples/config hear each other, also the two that do not dial each other', async () => {
    const names = ['alice', 'bob', 'charlie', 'emma'] as const
    const samples = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(`${root}/examples/config/${name}.json`, 'utf8')) as Sample),
    )
    const ports = new Map<number, number>()
    for (const { port } of samples) ports.set(port, await freePort())
    await mkdir(`${folder.path}/config`, { recursive: true })
    const people: Record<string, Terminal> = {}
    for (const [index, sample] of samples.entries()) {
      const moved: Sample = {
        ...sample,
        port: ports.get(sample.port) ?? 0,
        peers: sample.peers.map((peer) => ({ ...peer, port: ports.get(peer.port) ?? 0 })),
      }
      const file = `${folder.path}/config/${names[index]}.json`
      await writeFile(file, JSON.stringify(moved))
      people[sample.name] = terminal('--config', file, ...data(`config-${sample.name}`))
    }
    const [alice, bob, charlie, emma] = Object.values(people) as [Terminal, Terminal, Terminal, Terminal]
    for (const [index, person] of [alice, bob, charlie, emma].entries()) {
      await until('all rooms to be ready', 20_000, () => roomsOf(person).length === samples[index]?.chats.length)
    }
    const [friends, band] = roomsOf(alice)
    const garden = roomsOf(emma)[1]
    expect(roomsOf(charlie)).toEqual([friends, band, garden])
    const says = (person: Terminal, room: string | undefined, text: string): void =>
      person.write({ type: 'send', room, text })
    says(alice, friends, 'alice to friends')
    says(bob, friends, 'bob to friends')
    says(charlie, friends, 'charlie to friends')
    says(emma, friends, 'emma to friends')
    says(bob, band, 'bob to the band')
    says(emma, garden, 'emma to the garden')
    const inFriends = ['alice to friends', 'bob to friends', 'charlie to friends', 'emma to friends']
    const everything = [
      [alice, [...inFriends, 'bob to the band']],
      [bob, [...inFriends, 'bob to the band']],
      [charlie, [...inFriends, 'bob to the band', 'emma to the garden']],
      [emma, [...inFriends, 'emma to the garden']],
    ] as const
    for (const [person, texts] of everything) {
      await until(
        `everything for everybody (${person.texts().join(', ')})`,
        30_000,
        () => person.messages.size >= texts.length,
      )
      expect(person.texts().toSorted()).toEqual(texts.toSorted())
    }
    const order = (person: Terminal): string[] =>
      [...person.messages.values()]
        .filter(({ room }) => room === friends)
        .map(({ id }) => id)
        .sort()
    for (const person of [bob, charlie, emma]) expect(order(person)).toEqual(order(alice))
    await until('all links that are dialled', 10_000, () =>
      ['Bob', 'Emma'].every((name) => [alice, charlie].every((person) => pathsEver(person, name).includes('direct'))),
    )
    // Neither Bob nor Emma knows the other's address: the others told them of each other and carried their signals.
    await until('Bob and Emma to be linked', 30_000, () =>
      [pathsEver(bob, 'Emma'), pathsEver(emma, 'Bob')].every((paths) =>
        paths.some((path) => path === 'direct' || path === 'through'),
      ),
    )
    saidNothingWrong(alice, bob, charlie, emma)
  })
})

interface Sample {
  readonly name: string
  readonly port: number
  readonly chats: readonly { readonly name: string }[]
  readonly peers: readonly { readonly address: string; readonly port: number }[]
}

function roomsOf({ lines }: Terminal): string[] {
  return lines.flatMap((line) => (line.type === 'ready' ? [line.room] : []))
}

function pathsEver({ lines }: Terminal, name: string): (string | null)[] {
  return lines.flatMap((line) => (line.type === 'peer' && line.name === name ? [line.path] : []))
}

describe('with a relay', () => {
  let relay: Relay

  beforeAll(async () => {
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
  })

  afterAll(() => relay.kill())

  it('kith new stays in its room while others come and go, until it is told to stop', async () => {
    const host = terminal('new', '--relay', relay.origin, ...data('host'), '--name', 'Host')
    const link = await host.link()
    expect(link).toMatch(new RegExp(`^${relay.origin}/#[\\w-]{43}$`))
    for (const name of ['First', 'Second']) {
      const guest = terminal('join', link, ...data(name), '--name', name)
      await until('the host to be seen', 20_000, () =>
        [...guest.peers.values()].some(({ state }) => state === 'linked'),
      )
      guest.send(`${name} was here`)
      await until('the host to hear it', 10_000, () => host.texts().includes(`${name} was here`))
      expect(await guest.leave()).toBe(0)
      saidNothingWrong(guest)
    }
    expect(host.texts()).toEqual(['First was here', 'Second was here'])
    saidNothingWrong(host)
    expect(await host.kill('SIGTERM')).toBe(143)
  })

  it('one program is in several rooms at once and keeps them apart', async () => {
    const hosts = ['red', 'blue'].map((name) => terminal('new', '--relay', relay.origin, ...data(name), '--name', name))
    const links = await Promise.all(hosts.map((host) => host.link()))
    const both = terminal('join', ...links, ...data('both'), '--name', 'Both')
    await until('both rooms', 20_000, () => roomsOf(both).length === 2)
    const rooms = roomsOf(both)
    expect(rooms).toEqual(hosts.flatMap(roomsOf))
    rooms.forEach((room, index) => both.write({ type: 'send', room, text: `to room ${index}` }))
    both.write({ type: 'send', text: 'to the first' })
    both.write({ type: 'send', room: '0'.repeat(32), text: 'to nowhere' })
    hosts[1]?.send('from blue')
    await until('the first', 20_000, () => hosts[0]?.messages.size === 2)
    await until('the second', 20_000, () => hosts[1]?.messages.size === 2 && both.messages.size === 4)
    expect(hosts[0]?.texts().toSorted()).toEqual(['to room 0', 'to the first'])
    expect(hosts[1]?.texts().toSorted()).toEqual(['from blue', 'to room 1'])
    for (const { text, room } of both.messages.values())
      expect(room).toBe(rooms[text === 'from blue' || text === 'to room 1' ? 1 : 0])
    expect(both.lines.filter(({ type }) => type === 'error')).toMatchObject([{ code: 'roomUnknown' }])
    expect(both.errors).toBe('')
  })

  it('takes a pipe of plain lines, all of them as messages, and ends when they have arrived', async () => {
    const host = terminal('new', '--relay', relay.origin, ...data('pipe-host'), '--name', 'Host')
    const link = await host.link()
    const lines = ['first of the log', '/exit', '  spaces are kept  ', '**last** of the log']
    const piped = await runKith(['join', link, ...data('pipe'), '--name', 'Log'], { input: `${lines.join('\n')}\n` })
    expect(piped.code).toBe(0)
    await until('the lines', 5_000, () => host.messages.size === lines.length)
    expect(host.texts().map((text) => text.trim())).toEqual(lines.map((line) => line.trim()))
    expect(piped.stdout.trimEnd().split('\n')).toHaveLength(lines.length)
    expect(piped.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d Log: first of the log$/m)
    saidNothingWrong(host)
  })

  it('the doctor finds a live relay well and a dead one not, and its exit code says so', async () => {
    const well = await runKith(['doctor', relay.origin, '--json', ...data('doctor')])
    expect(well.stderr).toBe('')
    const found = well.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name?: string; ok: boolean })
    expect(found.filter(({ ok }) => !ok)).toEqual([])
    expect(found.map(({ name }) => name)).toContain('round trip')
    expect(well.code).toBe(0)
    const dead = `http://localhost:${await freePort()}`
    const ill = await runKith(['doctor', dead, ...data('doctor')])
    expect(ill.code).toBe(7)
    expect(ill.stdout).toMatch(new RegExp(`^failed +relay +${dead} cannot be reached`, 'm'))
    expect(ill.stdout).toContain('→ Start one with kith relay')
    expect(ill.stdout).toMatch(/^ok +webrtc/m)
  })

  it('a data directory that is in use, and a link that is none, end with a sentence and a code', async () => {
    const host = terminal('new', '--relay', relay.origin, ...data('held'), '--name', 'Host')
    await host.link()
    const second = await runKith(['new', '--relay', relay.origin, ...data('held')])
    expect(second).toEqual({
      code: 4,
      stdout: '',
      stderr: 'kith: Another kith is using this data directory. Close it, or choose another one with --data DIR.\n',
    })
    for (const link of [`${relay.origin}/`, `${relay.origin}/#short`, 'hello']) {
      const wrong = await runKith(['join', link, '--json', ...data('wrong')])
      expect(wrong.code).toBe(2)
      expect(wrong.stderr).toMatch(/^kith: This is not the link of a room\. .*\.\n$/)
      expect(JSON.parse(wrong.stdout)).toMatchObject({ type: 'error', code: 'linkMalformed' })
    }
    const unknown = await runKith(['new', '--realy', relay.origin])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain('Did you mean --relay?')
  })
})

describe('as a process', () => {
  it('npx kith works from the root of the repository', async () => {
    const { stdout } = await promisify(execFile)('npx', ['kith', '--version'], { cwd: root })
    const { version } = JSON.parse(await readFile(`${root}/apps/cli/package.json`, 'utf8')) as { version: string }
    expect(stdout).toBe(`kith ${version}\n`)
  })

  const answers = (port: number): Promise<boolean> =>
    fetch(`http://localhost:${port}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false)

  it('kith relay says goodbye on SIGTERM and ends with 0', async () => {
    const port = await freePort()
    const child = spawn(process.execPath, [
      `${root}/apps/cli/bin/kith.mjs`,
      'relay',
      '--port',
      String(port),
      ...data('goodbye'),
    ])
    const ended = new Promise<unknown>((done) => child.once('exit', (...how) => done(how)))
    await until('the relay', 60_000, () => answers(port))
    const socket = new WebSocket(`ws://localhost:${port}/ws`)
    await new Promise((done) => socket.once('open', done))
    const closed = new Promise<number>((done) => socket.once('close', done))
    child.kill('SIGTERM')
    expect(await closed).toBe(1001)
    expect(await ended).toEqual([0, null])
    expect(await answers(port)).toBe(false)
  })

  it.each([
    ['kith relay', process.execPath, [`${root}/apps/cli/bin/kith.mjs`]],
    ['npx kith relay', 'npx', ['kith']],
  ])('%s that is killed leaves no relay behind', async (_, program, args) => {
    const port = await freePort()
    const child = spawn(program, [...args, 'relay', '--port', String(port), ...data('orphan')], {
      cwd: root,
      stdio: 'ignore',
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await until('the relay', 60_000, () => answers(port))
    child.kill('SIGKILL')
    await until('the relay to be gone', 10_000, async () => !(await answers(port)))
  })
})
