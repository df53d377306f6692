import { render } from 'preact'
import { App } from './app.tsx'
import { followAddress } from './state/address.ts'
import { connect } from './state/connection.ts'
import { drawFromSignals } from './state/signals.ts'
import { keepBlankPage } from './shell/save-page.ts'
import { lookAlong } from './statechart/looking.ts'

drawFromSignals()
connect(keepBlankPage())
followAddress()
lookAlong()
render(<App />, document.getElementById('page')!)
