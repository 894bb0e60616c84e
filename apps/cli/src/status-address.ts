/** Where the state of keepers is told: `PORT` or `HOST:PORT`, an IPv6 address in brackets. */
import { usage } from './failure.ts'

export interface StatusAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
}

/** Nobody but this machine unless somebody says so. */
const loopback = '127.0.0.1'
const form = /^(?:(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253}):)?([0-9]{1,5})$/iu

export function statusAddress(text: string | undefined): StatusAddress | undefined {
  if (text === undefined) return undefined
  const [, host, digits] = form.exec(text.trim()) ?? []
  const port = Number(digits ?? Number.NaN)
  if (!(port >= 0 && port <= 65_535))
    throw usage('statusMalformed', `--status is a port of this machine, such as 6780, or HOST:PORT, not “${text}”.`)
  return { host: host?.replace(/^\[|\]$/gu, '') ?? loopback, port }
}
