import { createServer } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../apps/relay/src/pages.ts'
import { contentSecurityPolicy as inPageTests } from '../apps/web/scripts/serve.mjs'
import { checkNode, staleReason } from './install.mjs'
import { checkPort, readPort } from './start.mjs'
import { findChromium, findTurnServer } from './system.mjs'
import { afterSecondRun, longestFiles, passedIn, readReport } from './test.mjs'
import { lacks, rooms } from './thousand.mjs'
import { run } from './command.mjs'

describe('install', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'packages/peer': { version: '0.1.0' },
      'node_modules/@kith/peer': { resolved: 'packages/peer', link: true },
      'node_modules/ws': { version: '8.0.0', integrity: 'a' },
      'node_modules/ws/node_modules/x': { version: '1.0.0', integrity: 'b' },
      'node_modules/only-on-windows': { version: '1.0.0', integrity: 'c', optional: true },
    },
  }
  const installed = {
    packages: {
      'packages/peer': { version: '0.1.0' },
      'node_modules/@kith/peer': { resolved: 'packages/peer', link: true },
      'node_modules/ws': { version: '8.0.0', integrity: 'a' },
      'node_modules/ws/node_modules/x': { version: '1.0.0', integrity: 'b' },
    },
  }
  const all = () => true

  it('leaves an installation alone that matches, also without packages of other platforms', () => {
    expect(staleReason(lock, installed, all)).toBeUndefined()
  })

  it.each([
    ['nothing', undefined, all],
    ['missing', { packages: { ...installed.packages, 'node_modules/ws': undefined } }, all],
    [
      'another version',
      { packages: { ...installed.packages, 'node_modules/ws': { version: '7.0.0', integrity: 'z' } } },
      all,
    ],
    ['no longer wanted', { packages: { ...installed.packages, 'node_modules/old': { version: '1.0.0' } } }, all],
    ['removed', installed, (path: string) => path !== 'node_modules/ws'],
  ])('installs again when something is %s', (word, have, exists) => {
    expect(staleReason(lock, have, exists)).toContain(word)
  })

  it('refuses a Node that is too old, and says what to do', () => {
    expect(() => checkNode('18.20.0')).toThrow('nvm install')
    expect(() => checkNode('20.18.3')).toThrow('20.19')
    expect(() => checkNode('20.19.0')).not.toThrow()
    expect(() => checkNode('22.0.0')).not.toThrow()
  })
})

describe('page tests', () => {
  it('run under the policy the relay sends', () => {
    expect(inPageTests).toBe(contentSecurityPolicy)
  })
})

describe('start', () => {
  it('takes PORT, or 6765', () => {
    expect(readPort(undefined)).toBe(6765)
    expect(readPort('')).toBe(6765)
    expect(readPort('7000')).toBe(7000)
    expect(() => readPort('http')).toThrow('not a port')
    expect(() => readPort('70000')).toThrow('not a port')
  })

  it('says that a port is in use, and which other to take', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    await expect(checkPort(port)).rejects.toThrow(/in use[\s\S]*PORT=\d+ npm start/)
    await new Promise((resolve) => server.close(resolve))
    await expect(checkPort(port)).resolves.toBeUndefined()
  })
})

describe('system', () => {
  it('takes KITH_CHROMIUM at its word, or says that it is wrong', () => {
    expect(findChromium({ KITH_CHROMIUM: process.execPath })).toBe(process.execPath)
    expect(() => findChromium({ KITH_CHROMIUM: '/nowhere/chromium' })).toThrow('not a program')
    expect(findTurnServer({ KITH_TURNSERVER: process.execPath })).toBe(process.execPath)
    expect(() => findTurnServer({ KITH_TURNSERVER: '/nowhere/turnserver' })).toThrow('not a program')
  })

  it('looks along the PATH', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-path-'))
    writeFileSync(join(folder, 'google-chrome'), '#!/bin/sh\n', { mode: 0o755 })
    const found = findChromium({ PATH: folder })
    expect(found === '/usr/bin/chromium' || found === join(folder, 'google-chrome')).toBe(true)
    rmSync(folder, { recursive: true })
  })
})

describe('test', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [
      { name: '/a', status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] },
      { name: '/b', status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed', fullName: 'b 2' }] },
      { name: '/c', status: 'failed', assertionResults: [] },
    ],
  }
  const first = readReport(report)

  it('names the files that took longest', () => {
    const files = [1, 7, 3].map((seconds) => ({
      name: resolve(`${seconds}.ts`),
      startTime: 500,
      endTime: 500 + seconds * 1_000,
    }))
    expect(longestFiles({ testResults: files }, 2)).toBe('7.ts 7.0 s · 3.ts 3.0 s')
    expect(longestFiles({})).toBe('')
  })

  it('counts a file that could not be loaded as one failure', () => {
    expect(first).toEqual({
      passed: 3,
      skipped: 0,
      failures: [
        { file: '/b', test: 'b 2' },
        { file: '/c', test: '(could not be loaded)' },
      ],
    })
  })

  it('counts the tests of a file that was run again once, as they ended the second time', () => {
    const second = { passed: 4, skipped: 0, failures: [{ file: '/c', test: 'c 3' }] }
    expect(passedIn(report, ['/b', '/c'])).toBe(1)
    expect(afterSecondRun(first, second, 1)).toEqual({ passed: 6, skipped: 0, failures: second.failures })
  })
})

describe('command', () => {
  it('captures what a program prints, with its exit code', async () => {
    const result = await run(process.execPath, ['-e', 'console.log(1); console.error(2); process.exit(3)'], {
      stdio: 'capture',
    })
    expect(result).toMatchObject({ code: 3, timedOut: false })
    expect(result.out.split('\n').toSorted()).toEqual(['', '1', '2'])
  })

  it('ends a program that takes too long, and its children', async () => {
    const child =
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000)"
    const result = await run(process.execPath, ['-e', child], { stdio: 'capture', limitMs: 300 })
    expect(result.timedOut).toBe(true)
  })
})

describe('rooms of a thousand', () => {
  const steady = {
    scenario: 'steady',
    delivered: 1,
    redundancy: 0.0001,
    lastHop: 8.6,
    p99Ratio: 1.76,
    worstDeliveryMs: 190,
    orphans: 0,
  }

  it('lack nothing when every figure holds', () => {
    expect(lacks(steady)).toEqual([])
    expect(lacks({ scenario: 'crash-50', delivered: 1, worstDeliveryMs: 4_000, orphans: 0, redundancy: 3 })).toEqual([])
  })

  it.each([
    ['a message that somebody does not have', { delivered: 0.999999 }, ['delivered 0.999999, not 1']],
    ['copies', { redundancy: 0.006 }, ['redundancy 0.006, at most 0.005']],
    ['long ways', { lastHop: 11 }, ['lastHop 11, at most 10.5']],
    ['slowness', { p99Ratio: 1.9, worstDeliveryMs: 1_200 }, ['p99Ratio 1.9, ', 'worstDeliveryMs 1200, ']],
    ['somebody left alone', { orphans: 1 }, ['orphans 1, at most 0']],
    ['a figure that is missing', { worstDeliveryMs: undefined }, ['worstDeliveryMs undefined, ']],
  ])('are told by %s', (_, wrong, words) => {
    const found = lacks({ ...steady, ...wrong })
    expect(found).toHaveLength(words.length)
    for (const [index, word] of words.entries()) expect(found[index]).toContain(word)
  })

  it('are judged by more than that everything arrived', () => {
    for (const { scenario } of rooms) expect(lacks({ scenario, delivered: 1 }).length).toBeGreaterThan(1)
  })
})
