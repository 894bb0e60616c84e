import { describe, expect, it } from 'vitest'
import { parseArguments, type Command } from './arguments.ts'
import { Failure } from './failure.ts'

const link = 'http://localhost:6765/#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'

function faultOf(argv: readonly string[]): string {
  try {
    parseArguments(argv)
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    expect((error as Failure).exitCode).toBe(2)
    return (error as Failure).message
  }
  throw new Error('it was accepted')
}

const plain = {
  data: undefined,
  relay: undefined,
  name: undefined,
  json: false,
  debug: false,
  passphraseFile: undefined,
  port: undefined,
  peers: [],
}

describe('the command line', () => {
  it.each<[string, readonly string[], Command]>([
    ['new', ['new'], { type: 'new', members: false, options: plain }],
    [
      'options before and after the command',
      ['--json', 'join', link, '--name', 'Robin', '--data=d'],
      { type: 'join', links: [link], options: { ...plain, json: true, name: 'Robin', data: 'd' } },
    ],
    ['no relay', ['new', '--no-relay'], { type: 'new', members: false, options: { ...plain, relay: null } }],
    [
      'peers',
      ['new', '--peer', '10.0.0.1:12345', '--peer', '[::1]:80', '--port', '0'],
      {
        type: 'new',
        members: false,
        options: {
          ...plain,
          port: 0,
          peers: [
            { host: '10.0.0.1', port: 12345 },
            { host: '::1', port: 80 },
          ],
        },
      },
    ],
    ['a configuration', ['--config', 'alice.json'], { type: 'config', file: 'alice.json', options: plain }],
    [
      'a relay',
      ['relay', '--port', '80', '--data', 'd', '--auth'],
      { type: 'relay', port: 80, data: 'd', auth: true, rotateAuthKey: false },
    ],
    [
      'a doctor',
      ['doctor', 'chat.example', '--json'],
      { type: 'doctor', relay: 'https://chat.example', data: undefined, json: true },
    ],
    ['help', ['join', '--help'], { type: 'help', about: 'join' }],
    ['version', ['-v'], { type: 'version' }],
    ['nothing', [], { type: 'open', options: plain }],
  ])('TRM7 reads %s', (_, argv, command) => {
    expect(parseArguments(argv)).toEqual(command)
  })

  it.each([
    ['chat.example', 'https://chat.example'],
    ['localhost:6765', 'http://localhost:6765'],
    ['192.168.0.7:6765', 'http://192.168.0.7:6765'],
    ['ws://a.example:81/', 'http://a.example:81'],
    ['wss://a.example', 'https://a.example'],
    ['HTTPS://A.example/', 'https://a.example'],
  ])('TRM7 reads the relay %s', (text, origin) => {
    expect(parseArguments(['new', '--relay', text])).toMatchObject({ options: { relay: origin } })
  })

  it('TRM7 takes relay and data from the environment when the line says nothing', () => {
    const env = { KITH_RELAY: 'https://a.example', KITH_DATA: 'd' }
    expect(parseArguments(['new'], env)).toMatchObject({ options: { relay: 'https://a.example', data: 'd' } })
    expect(parseArguments(['new', '--relay', 'b.example', '--data', 'e'], env)).toMatchObject({
      options: { relay: 'https://b.example', data: 'e' },
    })
    expect(parseArguments(['new', '--no-relay'], env)).toMatchObject({ options: { relay: null } })
  })

  it.each([
    [['new', '--jsno'], '--jsno. Did you mean --json?'],
    [['new', '--quiet'], 'no option --quiet'],
    [['new', '-x'], 'no option -x'],
    [['nwe'], 'no command “nwe”. Did you mean kith new?'],
    [[link], 'kith join'],
    [['join'], 'needs the link'],
    [['new', 'me'], '“me”'],
    [['new', '--name'], '--name needs a value'],
    [['new', '--relay', '--json'], '--relay needs a value'],
    [['new', '--json=yes'], '--json takes no value'],
    [['new', '--relay', 'ftp://a'], 'ftp:'],
    [['new', '--relay', 'https://a.example/path'], 'only a host and a port'],
    [['new', '--relay', link], 'kith join'],
    [['new', '--relay', 'a b'], 'cannot be read'],
    [['new', '--relay', 'a.example', '--no-relay'], 'one of'],
    [['new', '--port', '70000'], '65535'],
    [['new', '--peer', 'somewhere'], 'HOST:PORT'],
    [['relay', '--json'], 'kith relay takes no --json'],
    [['doctor', 'a.example', 'b.example'], '“b.example”'],
    [['--config', 'a.json', 'new'], '“new”'],
  ])('TRM7 says what is wrong with %j', (argv, said) => {
    expect(faultOf(argv)).toContain(said)
  })
})

describe('kith keep', () => {
  it('TRM22 takes a ticket, hours, a quota and a count, and says what is wrong with others', () => {
    expect(parseArguments(['keep', 'kith-keep:x'])).toMatchObject({ hours: 6, quotaBytes: 200_000_000, count: 1 })
    const full = ['keep', 'kith-keep:x', '--hours', '12', '--quota', '1.5GiB', '--count', '10']
    expect(parseArguments(full)).toMatchObject({ hours: 12, quotaBytes: 1_610_612_736, count: 10 })
    const wrong = [
      ['--hours', '0'],
      ['--hours', '721'],
      ['--quota', 'much'],
      ['--quota', '2k'],
      ['--count', '51'],
      ['--json'],
    ]
    expect(parseArguments([...full, '--status', '6780'])).toMatchObject({ status: { host: '127.0.0.1', port: 6780 } })
    expect(parseArguments([...full, '--status', '[::1]:80'])).toMatchObject({ status: { host: '::1', port: 80 } })
    for (const bad of ['x', '70000', 'a b:1', ':1', '[::1', 'http://localhost:1'])
      expect(() => parseArguments([...full, '--status', bad])).toThrow(/HOST:PORT/u)
    for (const more of wrong) expect(() => parseArguments(['keep', 'kith-keep:x', ...more])).toThrow()
    expect(() => parseArguments(['keep'])).toThrow(/ticket/u)
  })
})
