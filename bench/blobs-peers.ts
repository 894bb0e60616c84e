/**
 * Ten real peers that share a file, ours and WebTorrent's, one after the other in the same run.
 *
 * WebTorrent is installed into a folder of its own beside the other packages (`node_modules/.cache`), because nothing but
 * this needs its 170 packages. Where it cannot be installed its figure is missing, and that is said.
 */
import { execFile, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Handed } from './blobs-side.ts'

const version = '3.0.21'
const folder = resolve(import.meta.dirname, '../node_modules/.cache/kith-bench/webtorrent')
const ownStack = resolve(import.meta.dirname, '../node_modules/node-datachannel/package.json')
const installMs = 180_000
const limitMs = 120_000
/** Of what npm says when it fails. */
const saidLines = 6

export interface PeersFigures {
  readonly webTorrentMs: number | undefined
  readonly oursMs: number
}

/** `library`: where WebTorrent is, or undefined. */
export async function measurePeers(peers: number, bytes: number, library: string | undefined): Promise<PeersFigures> {
  const oursMs = await runSide('blobs-kith.ts', { peers, bytes })
  if (oursMs === undefined) throw new Error('ten peers of ours never had the file')
  const webTorrentMs =
    library === undefined ? undefined : await runSide('blobs-webtorrent.ts', { peers, bytes, library })
  return { oursMs, webTorrentMs }
}

/** Installs it where it is not yet. */
export async function findWebTorrent(): Promise<string | undefined> {
  const library = join(folder, 'node_modules/webtorrent/index.js')
  if (existsSync(library)) return library
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  // It loads a WebRTC stack although we use none: the one that is here already, built.
  const { version: stack } = JSON.parse(await readFile(ownStack, 'utf8')) as { readonly version: string }
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { webtorrent: version },
    overrides: { 'node-datachannel': stack },
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  process.stderr.write(`Installing WebTorrent ${version} for the comparison …\n`)
  try {
    // It asks for Node 22 and runs on 20; under `npm run` the strictness of our own `.npmrc` would come along and refuse it.
    const args = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--workspaces=false',
      '--engine-strict=false',
    ]
    await promisify(execFile)('npm', args, { cwd: folder, timeout: installMs })
    return library
  } catch (error) {
    process.stderr.write(`WebTorrent could not be installed; its figure is left out: ${causeOf(error)}\n`)
    return undefined
  }
}

/** What npm said of it. */
function causeOf(error: unknown): string {
  const { stderr = '', killed, message } = error as Error & { readonly stderr?: string; readonly killed?: boolean }
  if (killed === true) return `npm did not end within ${installMs / 1_000} s`
  // Without the stack of its own program and where its log is.
  const said = stderr.split('\n').filter((line) => /^npm error [^ {}]/u.test(line) && !line.includes('log of this run'))
  return said.length > 0
    ? said
        .slice(0, saidLines)
        .map((line) => line.slice('npm error '.length))
        .join('; ')
    : message
}

/** Undefined when it did not end in time. */
function runSide(file: string, handed: Handed): Promise<number | undefined> {
  const child = fork(join(import.meta.dirname, file), [], {
    execArgv: ['-C', 'source', '--import', 'tsx'],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  child.send(handed)
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    let ms: number | undefined
    child.on('message', (answer: { readonly ms: number }) => (ms = answer.ms))
    child.once('exit', () => {
      clearTimeout(timer)
      if (ms === undefined) process.stderr.write(`${file} did not end in ${limitMs / 1000} s.\n`)
      done(ms)
    })
  })
}
