/** Asks an authentication service (docs/spec/auth.md) over HTTP. What it answers comes from outside: all of it is checked. */
import { maxSuccessions, parseBase64url, parseHex } from '@kith/protocol'
import type { AuthClient, AuthProblem, ServiceAbout } from '../auth-port.ts'

const waitMs = 20_000
const maxAnswerBytes = 16_384
const problems: ReadonlySet<string> = new Set<AuthProblem>([
  'addressMalformed',
  'noCode',
  'wrongCode',
  'tooMany',
  'busy',
  'mailFailed',
])

export function createAuthClient(fetch: typeof globalThis.fetch): AuthClient {
  const ask = async (url: string, body?: object): Promise<Record<string, unknown> | AuthProblem> => {
    try {
      const answer = await fetch(url, {
        signal: AbortSignal.timeout(waitMs),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        // Plain text needs no question to the service before the question.
        ...(body === undefined
          ? {}
          : { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      const value: unknown = text.length > maxAnswerBytes ? undefined : JSON.parse(text)
      if (typeof value !== 'object' || value === null) return 'noService'
      const fields = value as Record<string, unknown>
      if (answer.ok) return fields
      const { problem } = fields
      return typeof problem === 'string' && problems.has(problem) ? (problem as AuthProblem) : 'noService'
    } catch {
      return 'noService'
    }
  }
  return {
    async about(relay) {
      const fields = await ask(`${relay}/auth/key`)
      return typeof fields === 'string' ? undefined : parseAbout(fields)
    },
    async sendCode(relay, fields) {
      const answer = await ask(`${relay}/auth/code`, fields)
      return typeof answer === 'string' ? answer : undefined
    },
    async attest(relay, fields) {
      const answer = await ask(`${relay}/auth/attest`, fields)
      if (typeof answer === 'string') return answer
      const { statement } = answer
      const bytes = typeof statement === 'string' ? parseBase64url(statement) : undefined
      return bytes ?? 'noService'
    },
  }
}

function parseAbout({ key, successions }: Record<string, unknown>): ServiceAbout | undefined {
  const bytes = typeof key === 'string' ? parseHex(key) : undefined
  if (bytes?.length !== 32 || !Array.isArray(successions)) return undefined
  const said = (successions as readonly unknown[])
    .slice(-maxSuccessions)
    .map((text) => (typeof text === 'string' ? parseBase64url(text) : undefined))
  return said.includes(undefined) ? undefined : { key: bytes, successions: said as Uint8Array[] }
}
