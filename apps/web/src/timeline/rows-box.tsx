/**
 * The box the virtual list lays its rows in. It says when its height has changed, in the turn in which it did: an observer
 * would hear of it a frame later, and the newest message would jump.
 */
import { createContext, use, useLayoutEffect } from 'react'
import type { CustomContainerComponentProps } from 'virtua'

export const FollowContext: React.Context<() => void> = createContext<() => void>(() => undefined)

export const RowsBox: React.FC<CustomContainerComponentProps & { readonly ref?: React.Ref<HTMLDivElement> }> = ({
  style,
  children,
  ref,
}) => {
  const follow = use(FollowContext)
  useLayoutEffect(() => {
    // After the list has corrected the place of what lies above, which it does when its own effects run.
    queueMicrotask(follow)
  }, [style.height, follow])
  return (
    <div ref={ref} className="rows" style={style}>
      {children}
    </div>
  )
}
