/** `kith doctor`: what works from here, a line each, and what to do about the rest. */
import type { Dialer } from '@kith/peer'
import { exitCodes } from '../failure.ts'
import { printableLine } from '../printable.ts'
import type { Finding } from './check.ts'
import { checkNode, checkStorage, checkWebrtc, type StoreTools } from './machine.ts'
import { checkRelay, type RelayTools } from './relay.ts'

export interface DoctorTools {
  readonly nodeVersion: string
  readonly store: StoreTools
  readonly relay: RelayTools
  loadDialer(): Promise<Dialer>
  write(text: string): void
}

export interface DoctorQuestion {
  readonly relay: string
  readonly data: string
  readonly json: boolean
}

/** Resolves with the exit code. Findings are written as they come. */
export async function runDoctor(question: DoctorQuestion, tools: DoctorTools): Promise<number> {
  let healthy = true
  const report = (finding: Finding): void => {
    healthy &&= finding.ok
    tools.write(question.json ? formatJson(finding) : formatText(finding))
  }
  report(checkNode(tools.nodeVersion))
  report(await checkStorage(question.data, tools.store))
  report(
    await checkWebrtc(
      async () => tools.loadDialer(),
      () => tools.relay.now(),
    ),
  )
  for (const finding of await checkRelay(question.relay, tools.relay)) report(finding)
  if (question.json) tools.write(`${JSON.stringify({ type: 'doctor', ok: healthy })}\n`)
  else tools.write(healthy ? '\nEverything works from here.\n' : '\nNot everything works from here; see above.\n')
  return healthy ? exitCodes.done : exitCodes.unhealthy
}

export function formatText({ ok, name, detail, advice }: Finding): string {
  const line = `${ok ? 'ok    ' : 'failed'}  ${name.padEnd(12)}${printableLine(detail)}\n`
  return advice === undefined ? line : `${line}${' '.repeat(20)}→ ${advice}\n`
}

/** `{"type":"check","name","ok","detail","advice"}` */
export function formatJson({ ok, name, detail, advice }: Finding): string {
  return `${JSON.stringify({ type: 'check', name, ok, detail, advice })}\n`
}
