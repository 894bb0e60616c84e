/** The rules of a members room: who invites, who writes, how many vouch, what newcomers read, how fast one writes. */
import { useState, type ReactElement } from 'react'
import type { EdgeRule, Policy, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Confirm } from '../overlay/dialog.tsx'
import { isVerifiedByMe } from '../room/status.ts'
import { namesIn } from './verified.tsx'
import '../settings/settings.css'
import './members.css'

const vouchChoices = [1, 2, 3] as const
const slowChoices = [0, 10, 30, 60, 300, 900] as const
const dayChoices = [1, 7, 30] as const

export default function Rules({ room, name }: { readonly room: Room; readonly name: string }): ReactElement | null {
  const words = useMessages()
  const say = useMembersMessages().policy
  const members = useRoomState(room, (state) => state.members)
  const people = useRoomState(room, (state) => state.people)
  const [failed, setFailed] = useState(false)
  const [leaving, setLeaving] = useState(false)
  if (members === undefined) return null
  const { policy, mayGovern, removed, standing } = members
  const set = (change: Partial<Policy>): void => {
    setFailed(false)
    room.govern({ type: 'setPolicy', policy: { ...policy, ...change } }).catch(() => setFailed(true))
  }
  const inside = people.filter(({ membership }) => membership !== undefined)
  const nameOf = namesIn(people, words.room.you)
  const history = typeof policy.history === 'object' ? String(policy.history.days) : policy.history
  const days = [...new Set([...dayChoices, ...(typeof policy.history === 'object' ? [policy.history.days] : [])])]
  return (
    <section className="rules" aria-label={say.title}>
      <p className="dialog-text">{say.who(inside.length, inside.filter(isVerifiedByMe).length)}</p>
      <h3 className="setting-name rules-title">{say.title}</h3>
      {!mayGovern && <p className="setting-hint rules-read">{say.readOnly}</p>}
      <Choice
        label={say.whoMayAdd}
        value={policy.whoMayAdd}
        disabled={!mayGovern}
        choices={(['members', 'admins'] as const).map((who) => [who, say.whom[who]])}
        onChoose={(value) => set({ whoMayAdd: value as Policy['whoMayAdd'] })}
      />
      <Choice
        label={say.vouches}
        hint={say.vouchesHint}
        value={String(policy.vouches)}
        disabled={!mayGovern}
        choices={[...new Set([...vouchChoices, policy.vouches])].map((count) => [
          String(count),
          words.format.number(count),
        ])}
        onChoose={(value) => set({ vouches: Number(value) })}
      />
      <Choice
        label={say.history}
        hint={typeof policy.history === 'object' ? say.historyHint : undefined}
        value={history}
        disabled={!mayGovern}
        choices={[
          ['all', say.histories.all],
          ...days
            .toSorted((a, b) => b - a)
            .map((count): [string, string] => [String(count), say.histories.days(count)]),
          ['sinceJoin', say.histories.sinceJoin],
        ]}
        onChoose={(value) =>
          set({ history: value === 'all' || value === 'sinceJoin' ? value : { days: Number(value) } })
        }
      />
      <Choice
        label={say.whoMayPost}
        value={policy.whoMayPost}
        disabled={!mayGovern}
        choices={(['members', 'admins'] as const).map((who) => [who, say.whom[who]])}
        onChoose={(value) => set({ whoMayPost: value as Policy['whoMayPost'] })}
      />
      <Choice
        label={say.slow}
        hint={policy.slowSeconds > 0 ? say.slowHint : undefined}
        value={String(policy.slowSeconds)}
        disabled={!mayGovern}
        choices={[...new Set([...slowChoices, policy.slowSeconds])].map((seconds) => [
          String(seconds),
          seconds === 0 ? say.slowOff : say.slowEvery(seconds),
        ])}
        onChoose={(value) => set({ slowSeconds: Number(value) })}
      />
      <p className="entering-problem" role="alert">
        {failed ? say.failed : undefined}
      </p>
      {standing === 'in' && (
        <>
          <h3 className="setting-name rules-title">{say.own}</h3>
          <Choice
            label={say.edgeRule}
            hint={say.edgeHints[members.edgeRule]}
            value={members.edgeRule}
            disabled={false}
            choices={(['trusted', 'own'] as const).map((rule) => [rule, say.edgeRules[rule]])}
            onChoose={(rule) => {
              setFailed(false)
              room.govern({ type: 'setEdgeRule', rule: rule as EdgeRule }).catch(() => setFailed(true))
            }}
          />
        </>
      )}
      {removed.length > 0 && (
        <>
          <h3 className="setting-name">{say.removed}</h3>
          <ul className="rules-removed">
            {removed.map(({ id, name: who, by, at, left }) => {
              const called = who || id.slice(0, 6)
              const date = words.format.day(at, Date.now())
              return (
                <li key={id}>
                  {left ? say.leftOn(called, date) : say.removedBy(called, nameOf(by) ?? by.slice(0, 6), date)}
                </li>
              )
            })}
          </ul>
        </>
      )}
      {standing === 'in' && members.role !== 'founder' && (
        <div className="setting parting">
          <button type="button" className="button danger" onClick={() => setLeaving(true)}>
            {say.leave}
          </button>
          <p className="setting-hint">{say.leaveHint}</p>
        </div>
      )}
      {leaving && (
        <Confirm
          title={say.leaveTitle(name)}
          body={say.leaveBody}
          confirm={say.leave}
          onConfirm={() => {
            setLeaving(false)
            room.govern({ type: 'leave' }).catch(() => setFailed(true))
          }}
          onClose={() => setLeaving(false)}
        />
      )}
    </section>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly value: string
  readonly disabled: boolean
  readonly choices: readonly (readonly [value: string, text: string])[]
  readonly onChoose: (value: string) => void
}

function Choice({ label, hint, value, disabled, choices, onChoose }: ChoiceProps): ReactElement {
  return (
    <div className="rule">
      <label>
        <span>{label}</span>
        <select
          className="field"
          value={value}
          disabled={disabled}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          {choices.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {hint !== undefined && <p className="setting-hint">{hint}</p>}
    </div>
  )
}
