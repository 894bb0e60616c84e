/** The lines that answer `map` and `why`: the facade's values with `null` for what is not known. Names are frozen. */
import {
  adviceOn,
  redactReport,
  verdictOf,
  vouchesOn,
  type MapLink,
  type MapNode,
  type MapTree,
  type Person,
  type ReachAdvice,
  type ReachAttempt,
  type ReachReport,
  type ReachVerdict,
  type ReportingProgram,
  type RoomMap,
} from '@kith/peer'
import { isBeyond, type Told } from '../reach-rows.ts'

/** Undefined fields would be missing from the line. */
type Nullable<T> = { readonly [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] }

export interface MapLine extends Pick<RoomMap, 'self' | 'mode' | 'online' | 'gaps'> {
  readonly type: 'map'
  readonly nodes: readonly Nullable<MapNode>[]
  readonly links: readonly Nullable<MapLink>[]
  readonly trees: readonly Nullable<MapTree>[]
  /** People by their keys: `author` of the nodes. */
  readonly vouches: readonly { readonly by: string; readonly for: string; readonly method: string }[]
}

export interface WhyLine extends Nullable<Omit<ReachReport, 'attempts'>> {
  readonly type: 'why'
  readonly verdict: ReachVerdict
  readonly advice: readonly ReachAdvice[]
  readonly attempts: readonly Nullable<ReachAttempt>[]
  /** Without names, keys and addresses. */
  readonly report: string
}

function nullable<T extends object>(value: T): Nullable<T> {
  const entries = Object.entries(value).map(([key, field]: [string, unknown]) => [key, field ?? null])
  return Object.fromEntries(entries) as Nullable<T>
}

export function mapLine(map: RoomMap, people: readonly Person[] = []): MapLine {
  const { self, mode, online, nodes, links, gaps, trees } = map
  return {
    type: 'map',
    self,
    mode,
    online,
    nodes: nodes.map(nullable),
    links: links.map(nullable),
    gaps,
    trees: trees.map(nullable),
    vouches: vouchesOn(nodes, people).map(({ by, for: subject, method }) => {
      return { by: by.author, for: subject.author, method }
    }),
  }
}

export function whyLine(told: Told, program: ReportingProgram): WhyLine {
  const { report, map, person, now } = told
  const { attempts, ...rest } = report
  const isHere = isBeyond(person, report)
  return {
    type: 'why',
    ...nullable(rest),
    verdict: verdictOf(report, isHere),
    advice: adviceOn(report, isHere),
    attempts: attempts.map(nullable),
    report: redactReport(report, map, program, now),
  }
}
