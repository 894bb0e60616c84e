/**
 * What a relay serves over HTTP: the web app, three small answers about itself, and its authentication service if it has one.
 *
 * The headers are one constant array, because setting them one by one costs more than the rest of a request.
 */
import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatHex, type RelayLimits, relayVersion } from '@kith/protocol'
import sirv from 'sirv'
import type { AuthService } from './auth/auth-service.ts'
import type { GiveIceServers } from './ice-servers.ts'
import type { Metrics } from './tally.ts'

/**
 * `connect-src` names every WebSocket and, for `GET /api/relay`, every origin, because a link names its relay: a page served
 * here must reach the relay of a room that meets elsewhere, on a home network also without TLS. Nothing secret can leave by it that script could not send to
 * this very relay, and only the scripts of this origin run at all.
 */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' http: https: ws: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const everywhere: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
]

const onPages: readonly (readonly [string, string])[] = [
  ...everywhere,
  ['content-security-policy', contentSecurityPolicy],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  [
    'permissions-policy',
    'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()',
  ],
]

const oneYear = 'max-age=31536000'

export interface PagesOptions {
  readonly webRoot: string
  readonly relayKey: Uint8Array
  readonly limits: RelayLimits
  readonly version: string
  /** Clients reach this relay by TLS only: tell browsers never to try without. */
  readonly isSecure: boolean
  readonly metrics: Metrics
  /** Default: none. */
  readonly iceServers?: GiveIceServers | undefined
  /** Default: none. */
  readonly auth?: AuthService | undefined
  readonly now: () => number
  /** False while shutting down. */
  readonly isWell: () => boolean
}

export type Pages = (request: IncomingMessage, response: ServerResponse) => void

export function createPages(options: PagesOptions): Pages {
  const pageHeaders = options.isSecure ? [...onPages, ['strict-transport-security', oneYear] as const] : onPages
  const files = createFiles(options.webRoot, pageHeaders)
  const about = aboutRelay(options)
  return (request, response) => {
    const path = pathOf(request.url)
    if (options.auth !== undefined && path.startsWith('/auth/')) {
      return void options.auth.answer(path, request, response)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(response, 405, 'text/plain', 'Only GET and HEAD.\n', [['allow', 'GET, HEAD']])
    }
    switch (path) {
      case '/healthz':
        return options.isWell()
          ? answer(response, 200, 'text/plain', 'ok\n')
          : answer(response, 503, 'text/plain', 'going away\n')
      case '/metrics':
        return void options.metrics.text().then(
          (text) => answer(response, 200, options.metrics.contentType, text),
          () => answer(response, 500, 'text/plain', 'The metrics cannot be read.\n'),
        )
      case '/api/relay':
        return answer(response, 200, 'application/json', JSON.stringify({ ...about, ...changing(options) }), [
          ['access-control-allow-origin', '*'],
          ['cross-origin-resource-policy', 'cross-origin'],
        ])
      default:
        return files(request, response)
    }
  }
}

function createFiles(webRoot: string, headers: readonly (readonly [string, string])[]): Pages {
  const notFound = (response: ServerResponse): void => answer(response, 404, 'text/plain', 'Nothing here.\n', headers)
  if (!existsSync(webRoot)) {
    const text = 'This relay serves no web app: it has not been built (npm run build). Rooms work all the same.\n'
    return (request, response) =>
      pathOf(request.url) === '/'
        ? answer(response, 404, 'text/plain; charset=utf-8', text, headers)
        : notFound(response)
  }
  const serve = sirv(webRoot, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders: (response, path) => {
      for (const [name, value] of headers) response.setHeader(name, value)
      // Names under assets/ carry their content's hash; everything else is asked for again each time.
      const isHashed = path.startsWith('/assets/')
      response.setHeader('cache-control', isHashed ? `public, ${oneYear}, immutable` : 'no-cache')
    },
  })
  return (request, response) => serve(request, response, () => notFound(response))
}

function aboutRelay(options: PagesOptions): object {
  const { limits } = options
  return {
    name: 'kith',
    version: options.version,
    protocol: relayVersion,
    key: formatHex(options.relayKey),
    auth: options.auth === undefined ? undefined : formatHex(options.auth.key),
    limits: {
      frameBytes: limits.frameBytes,
      entryBytes: limits.entryBytes,
      signalBytes: limits.signalBytes,
      directBytes: limits.directBytes,
      topicsPerConnection: limits.topicsPerConnection,
      membersPerTopic: limits.membersPerTopic,
      peersTold: limits.peersTold,
    },
  }
}

/** What `aboutRelay` says anew each time. */
function changing({ now, iceServers }: PagesOptions): object {
  const time = now()
  const servers = iceServers?.(time) ?? []
  return servers.length === 0 ? { time } : { time, iceServers: servers }
}

function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: readonly (readonly [string, string])[] = everywhere,
): void {
  const head: string[] = []
  for (const [name, value] of headers === everywhere ? everywhere : [...everywhere, ...headers]) head.push(name, value)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, [
    ...head,
    'content-type',
    contentType,
    'content-length',
    length,
    'cache-control',
    'no-store',
  ])
  response.end(response.req.method === 'HEAD' ? undefined : text)
}

export function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?', 1)[0] ?? '/'
}
