import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { formatHex } from '@kith/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRelay, type Relay } from './relay.ts'

const webRoot = mkdtempSync(join(tmpdir(), 'kith-relay-web-'))
const seed = new Uint8Array(32).fill(5)
let relay: Relay
let url: string

beforeAll(async () => {
  mkdirSync(join(webRoot, 'assets'))
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Kith</title>')
  writeFileSync(join(webRoot, 'assets', 'app-1234.js'), 'export {}\n'.repeat(100))
  writeFileSync(join(webRoot, 'assets', 'app-1234.js.gz'), gzipSync('export {}\n'.repeat(100)))
  relay = createRelay({ seed, port: 0, host: '127.0.0.1', webRoot })
  url = (await relay.listen()).url
})

afterAll(async () => {
  await relay.close()
  rmSync(webRoot, { recursive: true, force: true })
})

/** As written, where `fetch` would tidy the path up. */
function statusOf(path: string): Promise<number | undefined> {
  const { port } = relay.address!
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('over HTTP', () => {
  it('REL63 the web app comes with headers that let only its own scripts run', async () => {
    const page = await fetch(`${url}/`)
    expect(await page.text()).toContain('<title>Kith')
    const policy = page.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    })
    expect(page.headers.get('strict-transport-security')).toBeNull()
  })

  it('REL63 files with a hash in their name are kept for a year, and come compressed', async () => {
    const script = await fetch(`${url}/assets/app-1234.js`, { headers: { 'accept-encoding': 'gzip' } })
    expect(await script.text()).toContain('export {}')
    expect(script.headers.get('content-encoding')).toBe('gzip')
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(script.headers.get('content-security-policy')).not.toBeNull()
  })

  it('REL63 nothing outside the web app is served, and no page stands in for another', async () => {
    for (const path of [
      '/room',
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/../../package.json',
      '/%00',
      '/%',
    ]) {
      expect([400, 404]).toContain(await statusOf(path))
    }
    const missing = await fetch(`${url}/nothing`)
    expect(missing.headers.get('content-security-policy')).not.toBeNull()
    const posted = await fetch(`${url}/`, { method: 'POST', body: 'x' })
    expect(posted.status).toBe(405)
    expect(posted.headers.get('allow')).toBe('GET, HEAD')
  })

  it('REL63 a relay says who it is to any page', async () => {
    const answer = await fetch(`${url}/api/relay`)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const about = (await answer.json()) as { key: string; time: number; limits: object }
    expect(about).toMatchObject({ name: 'kith', protocol: 1, key: formatHex(relay.key), limits: { peersTold: 100 } })
    expect(Math.abs(about.time - Date.now())).toBeLessThan(5_000)
  })

  it('REL63 health and metrics are there for whoever runs it', async () => {
    const health = await fetch(`${url}/healthz`)
    expect([health.status, await health.text()]).toEqual([200, 'ok\n'])
    const metrics = await fetch(`${url}/metrics`)
    expect(metrics.headers.get('content-type')).toContain('text/plain')
    const text = await metrics.text()
    expect(text).toMatch(/^kith_relay_sockets 0$/m)
    expect(text).toMatch(/^kith_relay_received_bytes_total 0$/m)
    const head = await fetch(`${url}/healthz`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('REL63 without a built web app it says so, and everything else works', async () => {
    const bare = createRelay({ seed, port: 0, host: '127.0.0.1', webRoot: join(webRoot, 'missing') })
    const { url: bareUrl } = await bare.listen()
    const page = await fetch(`${bareUrl}/`)
    expect([page.status, (await page.text()).includes('npm run build')]).toEqual([404, true])
    expect((await fetch(`${bareUrl}/healthz`)).status).toBe(200)
    await bare.close()
  })

  it('REL63 a relay known only by TLS tells browsers to stay with it', async () => {
    const secure = createRelay({ seed, port: 0, host: '127.0.0.1', webRoot, origins: ['https://chat.example'] })
    const { url: secureUrl } = await secure.listen()
    expect((await fetch(`${secureUrl}/`)).headers.get('strict-transport-security')).toMatch(/max-age/)
    await secure.close()
  })
})
