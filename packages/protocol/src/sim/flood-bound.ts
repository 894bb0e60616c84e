/**
 * How fast a message could reach everybody over the links there are, if each passed it on at once to all its neighbours:
 * shortest paths (Dijkstra) from its sender.
 */

/** Links by machine, as ranges of one list: those of `i` are `to[from[i]]` to `to[from[i + 1] - 1]`. */
export interface LinkGraph {
  readonly from: Int32Array
  readonly to: Int32Array
}

/** Milliseconds from `sender` to each machine; Infinity where no link leads. */
export function floodTimes(graph: LinkGraph, sender: number, distance: (a: number, b: number) => number): Float64Array {
  const { from, to } = graph
  const size = from.length - 1
  const best = new Float64Array(size).fill(Infinity)
  best[sender] = 0
  // Lazy binary heap: a machine may stand in it more than once.
  const times: number[] = [0]
  const who: number[] = [sender]
  while (times.length > 0) {
    const time = times[0] as number
    const at = who[0] as number
    drop(times, who)
    if (time > (best[at] as number)) continue
    for (let i = from[at] as number; i < (from[at + 1] as number); i++) {
      const next = to[i] as number
      const arrival = time + distance(at, next)
      if (arrival >= (best[next] as number)) continue
      best[next] = arrival
      insert(times, who, arrival, next)
    }
  }
  return best
}

function insert(times: number[], who: number[], time: number, machine: number): void {
  let hole = times.length
  times.push(time)
  who.push(machine)
  while (hole > 0) {
    const parent = (hole - 1) >> 1
    if ((times[parent] as number) <= time) break
    times[hole] = times[parent] as number
    who[hole] = who[parent] as number
    hole = parent
  }
  times[hole] = time
  who[hole] = machine
}

function drop(times: number[], who: number[]): void {
  const time = times.pop() as number
  const machine = who.pop() as number
  const size = times.length
  if (size === 0) return
  let hole = 0
  for (;;) {
    let child = hole * 2 + 1
    if (child >= size) break
    if (child + 1 < size && (times[child + 1] as number) < (times[child] as number)) child++
    if ((times[child] as number) >= time) break
    times[hole] = times[child] as number
    who[hole] = who[child] as number
    hole = child
  }
  times[hole] = time
  who[hole] = machine
}
