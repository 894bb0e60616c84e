/** What this program may say of itself. */
import { readFileSync } from 'node:fs'
import type { ReportingProgram } from '@kith/peer'

export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return version
}

/** For a report that goes to strangers: the main version of Node and the system's family. */
export function reportingProgram(): ReportingProgram {
  const [node = ''] = process.versions.node.split('.')
  return { version: version(), platform: `Node ${node} on ${process.platform}` }
}
