import { render } from 'preact'
import { App } from './app.tsx'
import { followAddress } from './state/address.ts'
import { connect } from './state/connection.ts'
import { keepBlankPage } from './shell/save-page.ts'
import { lookAlong } from './statechart/looking.ts'

connect(keepBlankPage())
followAddress()
lookAlong()
render(<App />, document.getElementById('page')!)
