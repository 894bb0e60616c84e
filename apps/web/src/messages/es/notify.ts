/** Las palabras de los avisos, en español. */
import { formats } from '../format.ts'
import type { NotifyMessages } from '../notify-en.ts'

const { number, plural } = formats('es')

export const notifyEs: NotifyMessages = {
  title: 'Avisos',
  on: 'Avisarme de los mensajes nuevos',
  onHint:
    'Mientras miras a otro lado, con los avisos de este dispositivo. Ningún servicio interviene, así que nada se avisa mientras Kith está cerrado.',
  blocked:
    'Este navegador no deja que esta página te avise. Permite los avisos en los ajustes del navegador para esta página y luego actívalos aquí.',
  unable:
    'Este navegador no tiene avisos para páginas. Donde Kith se puede instalar como aplicación, quizá los tenga entonces.',
  show: 'Qué muestra un aviso',
  shows: { message: 'Nombre y mensaje', nothing: 'Solo cuántos' },
  showHint: 'Tu dispositivo guarda los avisos fuera de Kith, donde no están cifrados.',
  showLocked:
    'Lo que Kith guarda aquí tiene un cierre. Para que valga, un aviso solo dice que hay algo, sin un nombre ni una palabra.',
  sound: 'Con un sonido',
  soundHint: 'Corto y suave.',
  perRoom: 'De qué mensajes se te avisa se elige en los ajustes de cada sala.',
  telling: 'Qué se te avisa de esta sala',
  tellings: { everything: 'Todo', called: 'Menciones', nothing: 'Nada' },
  tellingHints: {
    everything: 'Cada mensaje de la gente que no has silenciado.',
    called: 'Cuando alguien te llama por tu nombre, te responde o escribe solo para ti.',
    nothing: 'Los mensajes nuevos se cuentan en tu lista de salas, y nada más.',
  },
  off: 'Los avisos están desactivados en este navegador.',
  turnOn: 'Activar',
  offer: 'Llegaron mensajes mientras mirabas a otro lado. ¿Avisarte la próxima vez?',
  offerAlone: 'Avisarme cuando alguien escriba',
  notNow: 'Ahora no',
  isOn: 'Se te avisará cuando alguien escriba.',
  room: (room, count) => (count > 1 ? `${room} (${plural(count, { one: '# nuevo', other: '# nuevos' })})` : room),
  line: (name, text) => `${name}: ${text}`,
  something: (count) =>
    plural(count, { one: `${number(count)} mensaje nuevo`, other: `${number(count)} mensajes nuevos` }),
}
