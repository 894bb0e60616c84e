/** Las palabras del mapa y de «¿Por qué no llego a …?» en español. */
import { formats } from '../format.ts'
import type { MapMessages } from '../map-en.ts'

const { plural, number, list } = formats('es')

/** Cuánto tiempo, en la unidad más grande que quepa. */
function inUnits(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${number(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${number(minutes)} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${number(hours)} h` : `${number(Math.round(hours / 24))} días`
}

export const mapEs: MapMessages = {
  duration: (ms) => inUnits(ms),
  somebody: 'Alguien',
  you: 'Tú',

  map: {
    title: 'Mapa',
    loading: 'Dibujando quién está enlazado con quién…',
    failed: 'Ahora no hay mapa: esta sala se está cerrando o abriendo. Inténtalo de nuevo en un momento.',
    again: 'Otra vez',
    alone: 'Solo estás tú. El mapa crece con quien venga.',
    views: 'Cómo se muestra el mapa',
    picture: 'Dibujo',
    list: 'Lista',
    trees: 'Árboles',
    vouches: 'Avales',
    vouchesHint: 'Quién responde por quién en esta sala',
    vouchedBy: (names) => `Entró por la palabra de ${list(names)}`,
    vouchesFor: (names) => `Responde por ${list(names)}`,
    vouchTable: { caption: 'Quién responde por quién', by: 'Quién', for: 'Por quién', how: 'Cómo se aseguró' },
    treesHint: 'Los caminos de los mensajes por esta sala',
    label: (people, links, gaps) =>
      `Dibujo de quién está enlazado con quién: ${plural(people, { one: '1 persona', other: '# personas' })}, ${plural(links, { one: '1 enlace', other: '# enlaces' })}, ${plural(gaps, { one: '1 pareja sin enlace', other: '# parejas sin enlace' })}. La lista dice lo mismo con palabras.`,
    here: (count) => `${number(count)} aquí`,
    nearDrawn: (count) => `dibujados los ${number(count)} más cercanos`,
    links: (count) => plural(count, { one: '1 enlace', other: '# enlaces' }),
    gaps: (count) => plural(count, { one: '1 hueco', other: '# huecos' }),
    noGaps: 'sin huecos',
    small: 'En una sala pequeña todos están enlazados con todos.',
    mesh: 'En una sala grande cada uno mantiene unos pocos enlaces, y los mensajes van por árboles hechos de ellos.',
    more: (count) => `y ${number(count)} más`,
    noLink: 'sin enlace',
    noDirect: 'sin enlace directo',
    pick: 'Elige a alguien para ver cómo se llega hasta allí.',
    reached: {
      direct: 'Conexión directa',
      relay: 'A través del relé',
      through: (name) => `A través de ${name}`,
      gap: 'Sin enlace, y nadie lleva',
      beyond: (links) => plural(links, { one: 'A tu lado', other: 'A # enlaces de ti, y se llega por ellos' }),
      unknown: 'Se llega por otros',
    },
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    linkedWith: (count) => `Enlazado con ${number(count)}`,
    names: (names) => list(names),
    browser: 'en un navegador',
    terminal: 'en un terminal',
    hidden: 'en segundo plano',
    keeper: { blind: 'guardián, no puede leer', reader: 'guardián que puede leer' },
    keeperShort: { blind: 'guardián', reader: 'guardián, lee' },
    carries: (names) => `Lleva tramas selladas entre ${list(names)}`,
    root: (slot) => `Raíz del árbol ${number(slot + 1)}`,
    hot: 'Habla mucho ahora y tiene un árbol propio',
    rootShort: (slot) => `árbol ${number(slot + 1)}`,
    hotShort: 'habla mucho',
    tree: (slot) => `Árbol ${number(slot + 1)}`,
    treeHot: 'Árbol de quien habla',
    treeOf: (root, hops) =>
      hops === 0 ? 'empieza en ti' : `desde ${root}, a ${plural(hops, { one: '1 enlace', other: '# enlaces' })}`,
    treeFrom: (parent) => `te llega de ${parent}`,
    treeTo: (names) => (names.length === 0 ? 'termina en ti' : `lo pasas a ${list(names)}`),
    legend: {
      direct: 'directo',
      relay: 'por el relé',
      through: 'por un miembro',
      gap: 'sin enlace',
      vouch: 'responde por',
      quality: 'Cuanto más fuerte la línea, más rápida.',
      hops: 'Círculos: a cuántos enlaces de ti.',
    },
    table: {
      caption: 'Cada pareja y cómo está unida',
      who: 'Quién',
      whom: 'Con quién',
      how: 'Cómo',
      ms: 'ms',
      quality: { quick: 'rápido', fair: 'normal', slow: 'lento', unknown: '' },
      tree: 'árbol',
    },
  },

  reach: {
    how: (name) => `¿Cómo llego a ${name}?`,
    why: (name) => `¿Por qué no llego a ${name}?`,
    loading: 'Mirando qué se intentó…',
    failed: 'Ahora no se puede decir: la sala se está cerrando o abriendo. Inténtalo de nuevo en un momento.',
    programs: 'Cuál de sus ventanas',
    program: (index, platform) => `${number(index)}: ${platform}`,
    verdict: {
      direct: (name) => `Tú y ${name} tenéis conexión directa.`,
      relay: (name) =>
        `Lo que decís tú y ${name} pasa sellado por el relé. Llega igual de bien, solo que el camino es más largo.`,
      through: (name, carrier) => `${carrier} lleva sellado lo que decís tú y ${name}. ${carrier} no puede leerlo.`,
      beyond: (name) =>
        `Tú y ${name} no tenéis enlace propio, como casi todos en una sala grande. Lo que dices llega a ${name} por otros.`,
      reaching: (name) => `Aún no se ha llegado a ${name}.`,
      blocked: (name) => `Ahora no se puede llegar a ${name}. Lo que escribas le espera.`,
      absent: (name) => `${name} no está: en ninguna parte tiene un Kith abierto en esta sala.`,
    },
    there: (ms) => `Ida y vuelta tarda ${number(Math.round(ms))} ms.`,
    stops: {
      signal: 'El camino directo se para en el primer paso: su respuesta no llegó.',
      transport: 'El camino directo se para a medias: no se encontró paso entre vuestras redes.',
      handshake: 'La conexión se abrió, pero el saludo sobre ella no salió bien.',
      none: 'Se paró antes del primer paso.',
    },
    stopsRelay: 'Se pidió al relé que pasara las primeras palabras, y no llegó respuesta.',
    stopsThrough: 'No se encontró ningún miembro que pudiera llevarlo.',
    tried: 'Qué se intentó',
    ways: {
      webrtc: 'Directamente (WebRTC)',
      socket: 'Directamente, por dirección de red',
      relay: 'A través del relé',
      through: 'A través de otro miembro',
    },
    state: {
      inUse: 'En uso',
      up: 'Funciona, queda de reserva',
      off: {
        webrtc: 'No se intentó: las conexiones directas están desactivadas o no son posibles aquí',
        socket: 'No se intentó: solo lo pueden los terminales, con una dirección que se les dio',
        relay: 'No hace falta',
        through: 'No hace falta',
      },
      relayAway: 'Espera a que vuelva el relé',
      notInTopic: 'No se le encuentra en el relé',
      trying: {
        signal: 'Se le preguntó; se espera su respuesta',
        transport: 'Respondió; se busca paso entre vuestras redes',
        handshake: 'Conectado; cada lado comprueba la prueba del otro',
        none: 'Empezando',
      },
      failed: {
        signal: 'Su respuesta no llegó',
        transport: 'No hay paso entre vuestras redes',
        handshake: 'La conexión se abrió, pero el saludo no salió bien',
        none: 'No funcionó',
      },
      waiting: 'Espera su turno',
    },
    by: (name) => `por ${name}`,
    since: (text) => `desde hace ${text}`,
    failures: (count) => plural(count, { one: 'no salió una vez', other: 'no salió # veces' }),
    next: (text) => `próximo intento en ${text}`,
    nextNow: 'próximo intento ahora',
    code: (code) => `código ${code}`,
    facts: 'También conviene saber',
    relay: {
      up: 'Tu relé está conectado.',
      connecting: 'Llamando a tu relé.',
      away: 'Tu relé no está.',
      none: 'Esta sala no tiene relé.',
    },
    inTopic: (name) => `${name} también está en el relé.`,
    notInTopic: (name) => `A ${name} no se le ve en el relé.`,
    heard: (name, text) => `Lo último de ${name} llegó hace ${text}.`,
    neverHeard: (name) => `Aún no se ha oído nada de ${name} por un enlace.`,
    clockRight: 'Vuestros relojes coinciden.',
    clockAhead: (text) => `Su reloj va ${text} adelantado.`,
    clockBehind: (text) => `Su reloj va ${text} atrasado.`,
    ownAhead: (text) => `El reloj de este dispositivo va ${text} por delante del de la sala.`,
    ownBehind: (text) => `El reloj de este dispositivo va ${text} por detrás del de la sala.`,
    help: 'Qué puedes hacer',
    advice: {
      askToOpen: 'Pídele que abra la sala. Lo que escribas hasta entonces espera aquí y en todos los que lo tengan.',
      ownClock: 'Pon en hora este dispositivo; la hora automática de sus ajustes lo hace.',
      theirClock: 'Dile que su reloj va mal; la hora automática de sus ajustes lo arregla.',
      proofFailed:
        'Respondió algo que no pudo probar que es de esta sala. Dale el enlace otra vez y mirad que los dos tengáis el Kith más nuevo. Si sigue igual, no os fiéis de la red que hay entre vosotros.',
      relayAway: 'Mira si tienes conexión. En cuanto vuelva el relé, os encontráis solos.',
      noRelay:
        'Un relé permite encontrarse a quienes no pueden conectarse directamente: haz la próxima sala en una página que tenga uno.',
      directOff:
        'Las conexiones directas están desactivadas en un lado («Ocultar mi dirección»). Si los dos las queréis, mirad en los ajustes.',
      strictNetwork:
        'Una de vuestras redes no deja pasar conexiones directas: lo hacen a menudo las de empresas, las móviles y las VPN. Ayuda otra red, o un relé con servidor TURN.',
      signalLost:
        'Quizá su página duerme: pídele que la ponga delante. Los teléfonos duermen las páginas de fondo al cabo de un rato.',
      wait: 'Dale unos segundos. Esta página muestra por dónde va.',
    },
    nothingToDo: 'No hay nada que hacer.',
    report: 'Un informe para dar',
    reportLead:
      'Para quien lleva el relé, o para avisar de un fallo. Se copia exactamente esto: sin nombres, claves ni direcciones.',
    copy: 'Copiar el informe',
    copied: 'Informe copiado',
    selectIt: 'Aquí no se permite copiar. El texto está seleccionado: pulsa Ctrl+C.',
  },
}
