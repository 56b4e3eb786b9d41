"""What people write, in three languages; place n of a list says the same in each of them.

A problem or detail is a fact with several wordings. The writer takes any of them, and any of the names of the thing.
"""

# category: (names of the thing, problems, details); wordings of one fact are divided by bars
ENGLISH = {
    'pothole': (
        ['pothole', 'hole in the road', 'damaged road surface'],
        ['is very deep|goes down a hand deep', 'keeps growing|gets bigger every week',
         'is full of water, you cannot see it|hides under a puddle'],
        ['Cars swerve into the other lane to avoid it|Drivers go round it on the wrong side',
         'A cyclist fell here|Somebody on a bike came down because of it',
         'My tire burst on it|I lost a hubcap there|It cost me a wheel rim']),
    'sidewalk': (
        ['sidewalk', 'footpath', 'pavement slab'],
        ['is broken and uneven|has loose plates', 'has been lifted by roots|is pushed up by a tree',
         'has collapsed|has sunk in'],
        ['An old lady stumbled|Elderly people trip over it', 'Wheelchairs cannot pass|No way through with a stroller',
         'It is slippery when wet|In the rain it is like ice']),
    'streetlight': (
        ['street light', 'street lamp', 'lamp post'],
        ['does not work|is out|stays dark', 'flickers all night|goes on and off all the time',
         'burns in the daytime|is on around the clock'],
        ['It is pitch dark at night|You cannot see your hand', 'The glass is broken too|Parts of the cover hang down',
         'Children walk here to school early|The bus stop next to it lies in the dark']),
    'dumping': (
        ['illegal dump', 'pile of bulky waste', 'heap of rubbish'],
        ['has old mattresses and a sofa|mattresses, a couch and bags',
         'building rubble in sacks|bags of plaster and tiles',
         'has fridges and tires|old fridge, tires and electronics'],
        ['It stinks and draws rats|Rats have been seen around it', 'It blocks the way|Nobody can get past it',
         'A white van unloaded it|I saw a van bring it']),
    'bin': (
        ['public bin', 'trash can', 'litter bin'],
        ['is overflowing|is full to the top', 'was knocked over|lies on its side', 'has been burned|was set on fire'],
        ['Rubbish blows along the street|The wind spreads the litter',
         'Not emptied for two weeks|Nobody has emptied it lately', 'Dogs pull everything out|Crows take it apart']),
    'noise': (
        ['loud music', 'noise', 'party'],
        ['goes on all night|does not stop before four in the morning',
         'comes from a bar with open doors|from the pub terrace',
         'is from machines before six|building machines start at five'],
        ['We cannot sleep|Nobody in the house sleeps',
         'Windows are shaking from the bass|The bass goes through the walls',
         'Talking to them did not help|They just laughed at us']),
    'parking': (
        ['parked car', 'vehicle', 'delivery van'],
        ['blocks the driveway|stands in front of the garage', 'is on the bike lane|forces cyclists into traffic',
         'has no plates and has not moved|looks abandoned, without license plates'],
        ['It is there every day|Same one again and again',
         'The fire brigade could not get through|No ambulance would fit past',
         'The windows are smashed|It has flat tires']),
    'graffiti': (
        ['graffiti', 'tags on the wall', 'sprayed wall'],
        ['covers the whole front|is on the entire facade', 'shows insulting words|is offensive',
         'is on the traffic sign|the sign cannot be read'],
        ['It was cleaned just last month|It is back a month after cleaning',
         'The paint is still wet|Fresh since last night', 'The school is right here|Children see it every day']),
    'leak': (
        ['water leak', 'burst pipe', 'leaking hydrant'],
        ['floods the road|water runs down the street', 'drips without end|a steady trickle day and night',
         'has washed out the ground|the ground under it is giving way'],
        ['The pressure in the house is low|No pressure on the third floor',
         'It freezes at night|In the morning there is ice', 'The cellar gets wet|Water comes into the basement']),
    'drain': (
        ['drain', 'gully', 'storm sewer inlet'],
        ['is blocked with leaves|is clogged by leaves and mud', 'smells of sewage|stinks badly',
         'has lost its cover|the grate is missing'],
        ['After rain the crossing is a lake|Every shower leaves a pond', 'A wheel can fall in|A child could fall in',
         'Mosquitoes breed in it|It is full of mosquitoes']),
    'tree': (
        ['tree', 'large branch', 'dead tree'],
        ['hangs over the road|is about to fall on the road', 'fell down in the storm|came down last night',
         'covers the stop sign|hides the traffic light'],
        ['It lies on a car|A parked car was hit', 'The trunk is hollow|It is rotten inside',
         'Branches touch the wires|It leans on a power line']),
    'signal': (
        ['traffic light', 'crossing signal', 'signal'],
        ['is dark on all sides|does not work at all', 'stays red for ever|never turns green',
         'the button does nothing|pedestrians get no green'],
        ['There was nearly a crash|Two cars almost collided',
         'Traffic backs up to the bridge|The queue is a mile long',
         'School children cross here|It is the way to the school']),
}
GERMAN = {
    'pothole': (
        ['Schlagloch', 'Loch in der Fahrbahn', 'Straßenschaden'],
        ['ist sehr tief|ist eine Hand tief', 'wird immer größer|wächst jede Woche',
         'steht voll Wasser, man sieht es nicht|liegt unter einer Pfütze'],
        ['Autos weichen auf die Gegenspur aus|Alle fahren im Bogen herum',
         'Ein Radfahrer ist gestürzt|Jemand fiel vom Rad', 'Mein Reifen ist geplatzt|Die Felge ist hin']),
    'sidewalk': (
        ['Gehsteig', 'Gehweg', 'Gehwegplatte'],
        ['ist kaputt und uneben|hat lose Platten', 'ist von Wurzeln angehoben|wird vom Baum hochgedrückt',
         'ist eingebrochen|hat sich gesenkt'],
        ['Eine alte Frau ist gestolpert|Ältere Leute fallen hin',
         'Mit dem Rollstuhl kein Durchkommen|Kinderwagen kommen nicht durch',
         'Bei Nässe ist es rutschig|Im Regen glatt wie Eis']),
    'streetlight': (
        ['Straßenlaterne', 'Straßenlampe', 'Beleuchtung'],
        ['geht nicht|ist aus|bleibt dunkel', 'flackert die ganze Nacht|geht ständig an und aus',
         'brennt am Tag|leuchtet rund um die Uhr'],
        ['Nachts ist es stockdunkel|Man sieht die Hand nicht vor Augen',
         'Das Glas ist auch zerbrochen|Teile der Abdeckung hängen herunter',
         'Kinder gehen hier früh zur Schule|Die Haltestelle daneben liegt im Dunkeln']),
    'dumping': (
        ['wilder Müll', 'Sperrmüllhaufen', 'Müllablagerung'],
        ['mit Matratzen und Sofa|Matratzen, Couch und Säcke', 'Bauschutt in Säcken|Säcke mit Putz und Fliesen',
         'mit Kühlschränken und Reifen|alter Kühlschrank, Reifen, Elektroschrott'],
        ['Es stinkt und zieht Ratten an|Ratten wurden gesehen', 'Der Weg ist versperrt|Man kommt nicht vorbei',
         'Ein weißer Lieferwagen hat abgeladen|Ich sah einen Transporter']),
    'bin': (
        ['Abfalleimer', 'Mülleimer', 'Papierkorb'],
        ['quillt über|ist randvoll', 'wurde umgeworfen|liegt auf der Seite', 'wurde angezündet|ist verbrannt'],
        ['Der Müll weht durch die Straße|Wind verteilt den Abfall',
         'Seit zwei Wochen nicht geleert|Niemand leert ihn', 'Hunde ziehen alles heraus|Krähen zerlegen ihn']),
    'noise': (
        ['laute Musik', 'Lärm', 'Feier'],
        ['geht die ganze Nacht|endet nicht vor vier Uhr früh', 'kommt aus einer Bar mit offenen Türen|vom Gastgarten',
         'von Maschinen vor sechs Uhr|Baumaschinen beginnen um fünf'],
        ['Wir können nicht schlafen|Im Haus schläft keiner',
         'Die Fenster zittern vom Bass|Der Bass geht durch die Wände',
         'Reden hat nichts genützt|Sie haben nur gelacht']),
    'parking': (
        ['geparktes Auto', 'Fahrzeug', 'Lieferwagen'],
        ['versperrt die Einfahrt|steht vor der Garage', 'steht auf dem Radweg|zwingt Radfahrer auf die Fahrbahn',
         'ohne Kennzeichen, bewegt sich nicht|wirkt abgestellt, keine Nummerntafeln'],
        ['Jeden Tag dasselbe|Immer wieder derselbe', 'Die Feuerwehr kam nicht durch|Keine Rettung käme vorbei',
         'Die Scheiben sind eingeschlagen|Die Reifen sind platt']),
    'graffiti': (
        ['Graffiti', 'Schmiererei', 'besprühte Wand'],
        ['auf der ganzen Fassade|bedeckt die gesamte Front', 'mit Beleidigungen|ist anstößig',
         'auf dem Verkehrszeichen|Schild ist unlesbar'],
        ['Erst letzten Monat gereinigt|Einen Monat nach der Reinigung wieder da',
         'Die Farbe ist noch feucht|Frisch seit gestern Nacht',
         'Die Schule ist gleich hier|Kinder sehen das täglich']),
    'leak': (
        ['Wasseraustritt', 'Rohrbruch', 'undichter Hydrant'],
        ['überflutet die Straße|Wasser rinnt die Straße hinunter', 'tropft ohne Ende|rinnt Tag und Nacht',
         'hat den Boden unterspült|der Untergrund gibt nach'],
        ['Der Druck im Haus ist gering|Im dritten Stock kein Druck', 'Nachts friert es|In der Früh ist Eis',
         'Der Keller wird nass|Wasser dringt in den Keller']),
    'drain': (
        ['Gully', 'Kanaleinlauf', 'Abfluss'],
        ['ist mit Laub verstopft|voll Laub und Schlamm', 'riecht nach Kanal|stinkt furchtbar',
         'hat keinen Deckel|das Gitter fehlt'],
        ['Nach Regen steht alles unter Wasser|Jeder Schauer macht einen Teich',
         'Ein Rad kann hineinfallen|Ein Kind könnte hineinfallen', 'Gelsen brüten darin|Alles voller Mücken']),
    'tree': (
        ['Baum', 'großer Ast', 'toter Baum'],
        ['hängt über der Straße|droht auf die Straße zu fallen', 'fiel im Sturm um|stürzte gestern Nacht um',
         'verdeckt die Stopptafel|man sieht die Ampel nicht'],
        ['Er liegt auf einem Auto|Ein Auto wurde getroffen', 'Der Stamm ist hohl|Innen ist er morsch',
         'Äste berühren die Leitung|Er lehnt an der Stromleitung']),
    'signal': (
        ['Ampel', 'Fußgängerampel', 'Lichtsignal'],
        ['ist auf allen Seiten dunkel|geht gar nicht', 'bleibt ewig rot|wird nie grün',
         'der Knopf tut nichts|Fußgänger bekommen kein Grün'],
        ['Fast hat es gekracht|Zwei Autos wären beinahe zusammengestoßen',
         'Stau bis zur Brücke|Die Schlange ist endlos', 'Schulkinder queren hier|Das ist der Schulweg']),
}
SPANISH = {
    'pothole': (
        ['bache', 'hoyo en la calle', 'pavimento roto'],
        ['es muy profundo|tiene un palmo de hondo', 'crece cada semana|se hace más grande',
         'está lleno de agua y no se ve|queda bajo un charco'],
        ['Los carros se pasan al otro carril|Todos lo esquivan', 'Se cayó un ciclista|Alguien se cayó de la bici',
         'Se me reventó la llanta|Perdí un rin']),
    'sidewalk': (
        ['acera', 'banqueta', 'losa de la acera'],
        ['está rota y desnivelada|tiene losas sueltas', 'la levantaron las raíces|la empuja un árbol',
         'se hundió|está colapsada'],
        ['Se tropezó una señora|Los mayores se caen', 'No pasan sillas de ruedas|No se pasa con carriola',
         'Resbala cuando llueve|Con lluvia es como hielo']),
    'streetlight': (
        ['farola', 'luz de la calle', 'poste de luz'],
        ['no funciona|está apagada', 'parpadea toda la noche|se prende y se apaga',
         'está prendida de día|nunca se apaga'],
        ['De noche no se ve nada|Está muy oscuro', 'El vidrio también está roto|Cuelgan partes de la tapa',
         'Los niños pasan temprano|La parada queda a oscuras']),
    'dumping': (
        ['basurero ilegal', 'montón de muebles viejos', 'montón de basura'],
        ['con colchones y un sofá|colchones, un sillón y bolsas', 'escombro en costales|costales de yeso y azulejo',
         'con refrigeradores y llantas|refri viejo, llantas y aparatos'],
        ['Apesta y atrae ratas|Se han visto ratas', 'Bloquea el paso|Nadie puede pasar',
         'Lo tiró una camioneta blanca|Vi una camioneta descargar']),
    'bin': (
        ['bote de basura', 'basurero público', 'papelera'],
        ['está desbordado|está lleno', 'lo tiraron|está volcado', 'lo quemaron|le prendieron fuego'],
        ['La basura vuela por la calle|El viento riega la basura', 'Dos semanas sin vaciar|Nadie lo vacía',
         'Los perros sacan todo|Los pájaros lo rompen']),
    'noise': (
        ['música fuerte', 'ruido', 'fiesta'],
        ['dura toda la noche|no para hasta las cuatro', 'viene de un bar con puertas abiertas|de la terraza del bar',
         'máquinas antes de las seis|máquinas de obra a las cinco'],
        ['No podemos dormir|Nadie duerme aquí', 'Vibran las ventanas|El bajo pasa las paredes',
         'Hablar no sirvió|Solo se rieron']),
    'parking': (
        ['carro estacionado', 'vehículo', 'camioneta de reparto'],
        ['bloquea la entrada|está frente al garaje', 'está en la ciclovía|obliga a las bicis a salir',
         'sin placas y no se mueve|parece abandonado, sin placas'],
        ['Está todos los días|El mismo otra vez', 'No pasaron los bomberos|No cabe una ambulancia',
         'Tiene vidrios rotos|Tiene llantas ponchadas']),
    'graffiti': (
        ['grafiti', 'pintas en la pared', 'pared rayada'],
        ['cubre toda la fachada|está en todo el frente', 'con insultos|es ofensivo',
         'en la señal de tránsito|no se lee la señal'],
        ['Lo limpiaron el mes pasado|Volvió al mes', 'La pintura está fresca|Es de anoche',
         'La escuela está aquí|Los niños lo ven']),
    'leak': (
        ['fuga de agua', 'tubería rota', 'hidrante con fuga'],
        ['inunda la calle|el agua corre por la calle', 'gotea sin parar|un chorro día y noche',
         'lavó el suelo|el suelo se hunde'],
        ['Hay poca presión en casa|No sube al tercer piso', 'Se congela de noche|Amanece con hielo',
         'Se moja el sótano|Entra agua al sótano']),
    'drain': (
        ['drenaje', 'alcantarilla', 'coladera'],
        ['está tapada con hojas|llena de hojas y lodo', 'huele a drenaje|apesta mucho',
         'no tiene tapa|falta la rejilla'],
        ['Con lluvia se hace un lago|Cada lluvia deja un charco', 'Puede caer una llanta|Puede caer un niño',
         'Hay mosquitos|Se crían mosquitos']),
    'tree': (
        ['árbol', 'rama grande', 'árbol seco'],
        ['cuelga sobre la calle|va a caer a la calle', 'se cayó en la tormenta|se cayó anoche',
         'tapa la señal de alto|tapa el semáforo'],
        ['Está sobre un carro|Le pegó a un carro', 'El tronco está hueco|Está podrido',
         'Las ramas tocan los cables|Se apoya en un cable']),
    'signal': (
        ['semáforo', 'señal de cruce', 'luz de cruce'],
        ['está apagado en todos lados|no funciona nada', 'se queda en rojo|nunca da verde',
         'el botón no hace nada|los peatones no tienen verde'],
        ['Casi hay un choque|Casi chocan dos carros', 'El tráfico llega al puente|La fila es enorme',
         'Cruzan niños|Es el camino a la escuela']),
}
LANGUAGES = {'en': ENGLISH, 'de': GERMAN, 'es': SPANISH}

# How the parts become a sentence: {o} the thing, {p} the problem, {a} where.
FRAMES = {
    'en': ['The {o} {a} {p}.', 'There is a problem with the {o} {a}: it {p}.', '{a}: {o}, {p}.', '{o} {p}, {a}.',
        'Please have a look at the {o} {a}. It {p}.', 'I want to report a {o} {a}, {p}.'],
    'de': ['{o} {a} {p}.', 'Problem {a}: {o} {p}.', '{a}: {o}, {p}.', '{o} {p}, {a}.',
        'Bitte um Kontrolle: {o} {a}, {p}.', 'Ich möchte melden: {o} {a}, {p}.'],
    'es': ['{o} {a} {p}.', 'Hay un problema {a}: {o}, {p}.', '{a}: {o}, {p}.', '{o} {p}, {a}.',
        'Por favor revisen: {o} {a}, {p}.', 'Quiero reportar: {o} {a}, {p}.'],
}
NEAR = {
    'en': ['at {h}', 'in front of {h}', 'near {l}', 'next to {l}', 'across from {l}', 'on {s}', 'here',
           'on our street'],
    'de': ['bei {h}', 'vor {h}', 'nahe {l}', 'neben {l}', 'gegenüber {l}', 'in der {s}', 'hier', 'in unserer Gasse'],
    'es': ['en {h}', 'frente a {h}', 'cerca de {l}', 'junto a {l}', 'enfrente de {l}', 'en la {s}', 'aquí',
        'en nuestra calle'],
}
SINCE = {
    'en': ['since yesterday', 'for a week', 'for months', 'since the weekend', 'since this morning', '', '', ''],
    'de': ['seit gestern', 'seit einer Woche', 'seit Monaten', 'seit dem Wochenende', 'seit heute früh', '', '', ''],
    'es': ['desde ayer', 'desde hace una semana', 'desde hace meses', 'desde el fin de semana', 'desde hoy', '', '',
           ''],
}
ASIDES = {
    'en': ['Please fix this soon.', 'Thank you.', 'This is dangerous.', 'Somebody should come and look.',
        'I pay my taxes.', 'I have called twice already.', 'My neighbors say the same.', 'See the photo.',
        'Not the first time I write.', 'When will this be repaired?', 'Urgent!', 'Whose job is this?',
        'I pass here every morning on my way to work.', 'Greetings from a resident.', 'Nothing has happened so far.',
        'We moved here in spring and it was fine then.'],
    'de': ['Bitte bald reparieren.', 'Danke.', 'Das ist gefährlich.', 'Bitte um Behebung.',
           'Wofür zahlen wir Steuern?',
        'Ich habe schon zweimal angerufen.', 'Die Nachbarn sagen das auch.', 'Siehe Foto.',
        'Ich schreibe nicht zum ersten Mal.', 'Wann wird das gemacht?', 'Dringend!', 'Wer ist zuständig?',
        'Ich komme hier jeden Morgen vorbei.', 'Mit freundlichen Grüßen, ein Anrainer.',
        'Bisher ist nichts geschehen.', 'Im Frühling war noch alles in Ordnung.'],
    'es': ['Por favor arréglenlo.', 'Gracias.', 'Es peligroso.', 'Que venga alguien.', 'Pagamos impuestos.',
        'Ya llamé dos veces.', 'Los vecinos dicen lo mismo.', 'Ver la foto.', 'No es la primera vez que escribo.',
        '¿Cuándo lo reparan?', '¡Urgente!', '¿A quién le toca?', 'Paso por aquí cada mañana.',
        'Saludos de un vecino.', 'Hasta ahora nada.', 'En primavera todo estaba bien.'],
}
LANDMARKS = {
    'en': ['the bakery', 'the bank', 'the pharmacy', 'the gas station', 'the church', 'the school', 'the bus stop',
        'the barber', 'the post office', 'the supermarket', 'the pizza place', 'the laundromat', 'the playground',
        'the library', 'the clinic'],
    'de': ['Bäckerei', 'Bank', 'Apotheke', 'Tankstelle', 'Kirche', 'Schule', 'Haltestelle', 'Friseur', 'Post',
        'Supermarkt', 'Pizzeria', 'Wäscherei', 'Spielplatz', 'Bücherei', 'Ordination'],
    'es': ['la panadería', 'el banco', 'la farmacia', 'la gasolinera', 'la iglesia', 'la escuela', 'la parada',
        'la peluquería', 'el correo', 'el supermercado', 'la pizzería', 'la lavandería', 'el parque infantil',
        'la biblioteca', 'la clínica'],
}
NAMES = ['Karim', 'Miller', 'Nowak', 'Rossi', 'Huber', 'Lopez', 'Chen', 'Singh', 'Weber', 'Silva', 'Novak', 'Yilmaz',
         'Brown', 'Klein', 'Dubois', 'Moser', 'Garcia', 'Petrov', 'Kelly', 'Jansen']
