/** Las palabras sobre los guardianes en español. */
import { formats } from '../format.ts'
import type { KeepersMessages } from '../keepers-en.ts'

const { number, plural } = formats('es')

export const keepersEs: KeepersMessages = {
  title: 'Guardianes',
  here: (blind, reading) => {
    if (blind + reading === 0) return 'No hay ningún guardián aquí.'
    const said = plural(blind + reading, { one: '1 guardián está aquí', other: '# guardianes están aquí' })
    if (reading === 0) return plural(blind, { one: `${said} y no puede leer.`, other: `${said} y no pueden leer.` })
    return `${said}; ${plural(reading, { one: '1 recibió el enlace y puede leer.', other: '# recibieron el enlace y pueden leer.' })}`
  },
  fromKeepers: (have, gaps) =>
    gaps === 0
      ? `No hay nadie más: lo que lees vino de guardianes. ${plural(have, { one: '1 entrada', other: '# entradas' })}, y no falta nada de las horas que conservan.`
      : `No hay nadie más: lo que lees vino de guardianes, y todavía ${plural(gaps, { one: 'falta una parte', other: `faltan ${number(gaps)} partes` })}.`,
  lead: 'Un guardián es un programa en una máquina que queda encendida. Conserva las últimas horas de esta sala, mensajes y archivos, para quien venga cuando no hay nadie.',
  sees: 'Ve cuándo hay alguien aquí, con qué nombre y desde qué dirección, y cuánto se dice.',
  seesNot: 'No puede leer mensajes, archivos ni sus nombres, y no recibe ninguna clave. Quien lo lleva, tampoco.',
  make: 'Hacer un pase',
  show: 'Mostrar cómo',
  how: 'Ejecuta esto allí. Necesita Node 20 o más nuevo, y nada más.',
  command: 'Orden que pone en marcha un guardián de esta sala',
  copy: 'Copiar la orden',
  copied: 'Orden copiada',
  selectIt: 'Aquí no se permite copiar. La orden está seleccionada: pulsa Ctrl+C.',
  care: 'Dáselo solo a quien lleve el guardián: quien lo tenga puede encontrar esta sala y ver quién está.',
  lasts: 'En una sala abierta no se puede retirar.',
  given: 'Pases hechos',
  by: (name) => `hecho por ${name}`,
  yours: 'hecho por ti',
  revoke: 'Retirar',
  revokeHint: 'A los guardianes que lo recibieron se les cierra la puerta, y la sala se reúne en otra parte.',
  failed: 'No se hizo ningún pase. Inténtalo de nuevo en un momento.',
}
