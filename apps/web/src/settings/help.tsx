/** The keys, and how text is set. */
import type { ReactElement, ReactNode } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import './settings.css'

function Keys({ children }: { readonly children: readonly string[] }): ReactNode {
  return children.map((key, index) => <kbd key={index}>{key}</kbd>)
}

export default function Help({ onClose }: { readonly onClose: () => void }): ReactElement {
  const words = useMessages()
  const say = words.help
  const { enter, shift, alt, ctrl, esc, del, home, end } = say.keys
  const groups: readonly (readonly [string, readonly (readonly [string, ...(readonly string[])[]])[]])[] = [
    [
      say.groups.write,
      [
        [say.send, [enter]],
        [say.newline, [shift, enter]],
        [say.editLast, ['↑']],
        [say.cancel, [esc]],
        [say.bold, [ctrl, 'B'], [ctrl, 'I'], [ctrl, 'E']],
        [say.mention, ['@']],
        [say.emoji, [ctrl, '.']],
      ],
    ],
    [
      say.groups.read,
      [
        [say.toMessages, [shift, 'Tab']],
        [say.walk, ['↑'], ['↓']],
        [say.ends, [home], [end]],
        [say.reply, ['R']],
        [say.react, ['+']],
        [say.edit, ['E']],
        [say.copy, ['C']],
        [say.remove, [del]],
        [say.toField, [esc]],
      ],
    ],
    [
      say.groups.move,
      [
        [say.rooms, [alt, '↑'], [alt, '↓']],
        [say.people, [alt, 'P']],
        [say.map, [alt, 'M']],
        [say.invite, [alt, 'I']],
        [say.files, [alt, 'F']],
        [say.search, [ctrl, 'F']],
        [say.help, [ctrl, '/']],
      ],
    ],
  ]
  return (
    <Dialog title={say.title} onClose={onClose}>
      {groups.map(([name, rows]) => (
        <section key={name} className="keys">
          <h3 className="setting-name">{name}</h3>
          <dl>
            {rows.map(([what, ...ways]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {ways.map((way, index) => (
                    <span key={index}>
                      <Keys>{way}</Keys>
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section className="keys">
        <h3 className="setting-name">{say.markdownTitle}</h3>
        <p className="keys-markdown">{say.markdown}</p>
      </section>
    </Dialog>
  )
}
