"""Every address the product answers, written out, so that a new one is noticed and none goes by accident."""

from flask import Flask

from tests.house import listed

UNSAID = ("HEAD", "OPTIONS")  # Flask adds them to every GET
URLS = """
GET      /
GET POST /<kind>/<int:number>/<action>
GET      /account
GET POST /account/alerts
POST     /account/alerts/<uuid:key>/code
POST     /account/alerts/<uuid:key>/end
POST     /account/alerts/<uuid:key>/verify
POST     /account/alerts/choice
POST     /account/alerts/quiet
GET POST /account/password
GET POST /account/second-factor
POST     /account/second-factor/begin
GET POST /account/second-factor/codes
POST     /account/second-factor/off
POST     /account/sessions/<uuid:session>/end
POST     /account/sign-out-elsewhere
GET POST /account/stand-in
POST     /account/stand-ins/<uuid:named>/end
GET      /alerts
GET      /alerts/failed
GET POST /alerts/<uuid:key>
POST     /alerts/read
GET POST /alerts/server
GET POST /allocation
GET      /api/v1/openapi.json
GET      /api/v1/docs
GET      /api/v1/docs/<subject>
GET      /api/v1/docs/codes
GET      /api/v1/models
GET      /api/v1/contracts
GET      /api/v1/contracts/<int:number>
GET      /api/v1/contracts/<int:number>/steps
GET POST /api/v1/deals
GET      /api/v1/deals/<int:number>
GET      /api/v1/deals/<int:number>/steps
POST     /api/v1/deals/<int:number>/steps/<action>
POST     /api/v1/deals/<int:number>/reveal
GET      /api/v1/drives
GET      /api/v1/drives/<int:number>
GET      /api/v1/drives/<int:number>/steps
POST     /api/v1/drives/<int:number>/steps/<action>
POST     /api/v1/drives/<int:number>/reveal
GET      /api/v1/exceptions
GET      /api/v1/exceptions/<int:number>
GET      /api/v1/exceptions/<int:number>/steps
GET      /api/v1/quotations
GET      /api/v1/quotations/<int:number>
GET      /api/v1/quotations/<int:number>/steps
POST     /api/v1/quotations/<int:number>/steps/<action>
GET      /api/v1/units
GET      /api/v1/units/<int:number>
GET      /api/v1/units/<int:number>/steps
POST     /api/v1/units/<int:number>/steps/<action>
GET POST /api/v1/visits
GET      /api/v1/visits/<int:number>
GET      /api/v1/visits/<int:number>/steps
POST     /api/v1/visits/<int:number>/steps/<action>
POST     /api/v1/visits/<int:number>/reveal
POST     /api/v1/contracts/<int:number>/pdf
GET      /appointments
GET      /appointments/<int:number>
GET POST /appointments/new
GET      /appraisals
GET      /appraisals/<int:number>
GET POST /appraisals/new
GET      /approvals
GET      /approvals/<int:number>
GET      /approvals/<int:number>/project
GET      /approvals/<int:number>/proof
GET      /assets/<filename>
GET      /campaigns
GET      /campaigns/<int:number>
GET      /campaigns/<int:number>/costs/<uuid:key>
GET POST /campaigns/new
GET      /campaigns/report
GET      /campaigns/report/rows
GET      /campaigns/report/sheet
GET      /care
GET      /care/<int:number>
GET      /care/agents
GET POST /care/agents/<int:number>
GET      /care/report
GET      /care/report/rows
GET      /care/signals
GET      /claims
GET      /claims/deals/<int:number>
POST     /claims/deals/<int:number>/packs
GET      /claims/deals/<int:number>/packs/<int:edition>
POST     /claims/deals/<int:number>/packs/<int:edition>/again
GET      /claims/deals/<int:number>/packs/<int:edition>/file
GET      /claims/deals/<int:number>/packs/<int:edition>/progress
POST     /claims/deals/<int:number>/scans
GET      /claims/deals/<int:number>/scans/<uuid:key>
GET POST /claims/deals/<int:number>/scans/<uuid:key>/withdraw
GET POST /claims/feedback
GET      /claims/files/<uuid:key>
GET      /claims/layouts
GET POST /claims/layouts/new
POST     /claims/layouts/read
GET      /claims/statements
GET      /claims/statements/<int:number>
POST     /claims/statements/<int:number>/pay
GET      /sheet-layouts/<int:number>
GET      /statement-rows/<int:number>
GET      /clauses
GET      /clauses/<int:number>
GET      /clauses/<key>
GET POST /clauses/<key>/new
GET      /competitors
GET      /competitors/<int:number>
GET POST /competitors/<int:number>/rename
GET      /competitors/comparisons/<int:number>
GET      /competitors/comparisons/<int:number>/<any(zh,en):spoken>
GET      /competitors/comparisons/<int:number>/press
GET POST /competitors/comparisons/new
GET      /complaints
GET      /complaints/<int:number>
GET POST /complaints/new
GET      /complaints/report
GET      /complaints/report/rows
GET      /contacts
GET      /contacts/<int:number>
GET POST /contacts/new
GET      /contracts
GET      /contracts/<int:number>
GET      /contracts/bundles/<uuid:key>
POST     /contracts/bundles/<uuid:key>/again
GET      /contracts/bundles/<uuid:key>/file
POST     /contracts/bundles/<uuid:key>/hand-out
GET      /contracts/bundles/<uuid:key>/progress
GET POST /contracts/print
POST     /contracts/<int:number>/amendments
GET      /contracts/<int:number>/authorisations/<int:position>
GET      /contracts/<int:number>/copies/<uuid:key>
GET POST /contracts/<int:number>/end-batch
GET      /contracts/<int:number>/ending-evidence
GET POST /contracts/<int:number>/money
GET POST /contracts/<int:number>/plates
GET POST /contracts/<int:number>/plates/list
POST     /contracts/<int:number>/plates/numbers
GET      /contracts/<int:number>/press
POST     /contracts/<int:number>/press-again
POST     /contracts/<int:number>/print
GET POST /contracts/<int:number>/reading-copy
GET POST /contracts/<int:number>/refund
GET      /contracts/<int:number>/scan
POST     /contracts/<int:number>/seal
GET      /contracts/<int:number>/text
GET      /contracts/<int:number>/their-paper
GET      /contracts/<int:number>/trial
GET      /customers
GET      /credits/<int:number>
GET      /credits/<int:number>/documents/<int:at>
GET      /customers/<int:number>
GET POST /customers/<int:number>/contacts/<uuid:key>
GET POST /customers/<int:number>/contacts/new
GET POST /customers/<int:number>/credit/new
GET POST /customers/<int:number>/edit
GET POST /customers/<int:number>/frameworks/new
GET      /customers/<int:number>/owner-card
GET POST /customers/new
POST     /deadlines/<uuid:key>/done
GET      /deals
GET      /deals/<int:number>
GET POST /deals/<int:number>/contract
GET POST /deals/<int:number>/filing
GET POST /deals/<int:number>/margin
POST     /deals/<int:number>/margin/<uuid:key>/withdraw
GET POST /deals/<int:number>/group-offers/new
GET      /deals/<int:number>/quotation
POST     /deals/<int:number>/quotation/check
GET POST /deals/<int:number>/quotations/new
GET POST /deals/<int:number>/risks/new
GET POST /deals/<int:number>/waive_drive
GET POST /deals/new
GET      /deliveries
GET      /deliveries/<int:number>
GET      /deliveries/<int:number>/copies/<uuid:key>
POST     /deliveries/<int:number>/fill
GET POST /deliveries/<int:number>/hand-over
POST     /deliveries/<int:number>/print
GET      /deliveries/calendar
GET      /democars
GET POST /democars/<uuid:key>/edit
GET POST /democars/<uuid:key>/status
GET POST /democars/new
GET      /drives
GET      /drives/<int:number>
GET      /drives/<int:number>/card
GET      /drives/<int:number>/copies/<uuid:key>
GET      /drives/<int:number>/licence-photo
POST     /drives/<int:number>/print
POST     /drives/<int:number>/reveal
GET      /drives/<int:number>/scan
GET POST /drives/new
GET      /drives/register
GET      /emergencies
GET      /emergencies/<int:number>
GET POST /emergencies/new
GET      /enquiries
GET      /enquiries/<int:number>
GET POST /enquiries/new
GET      /exports
GET POST /exports/<any(care,complaints,customers,drives,progress,prospects,receipts,receivables,stock,trips,walkins):kind>
GET      /exports/<uuid:key>
GET      /exports/<uuid:key>/file
GET      /factory-orders/<int:number>
GET      /factory-orders/<int:number>/sheet
GET      /filings/<int:number>
GET      /filings/<int:number>/papers/<sha256>
GET POST /filings/<int:number>/rebates/new
GET      /frameworks
GET      /frameworks/<int:number>
GET      /frameworks/<int:number>/copies/<uuid:key>
GET      /frameworks/<int:number>/paper
GET      /frameworks/<int:number>/press
POST     /frameworks/<int:number>/press-again
POST     /frameworks/<int:number>/print
GET      /frameworks/<int:number>/trial
GET      /group
GET      /group-offers/<int:number>
GET      /group-offers/<int:number>/<any(zh,en):spoken>
GET      /group-offers/<int:number>/press
GET      /hand-ins
GET      /hand-ins/<int:number>
POST     /hand-ins/sign
GET POST /hand-ins/today
GET      /healthz
GET POST /imports/<name>
GET POST /imports/<name>/<sha256>
GET      /imports/<name>/sample
GET      /imports/<name>/template
GET      /inspection-lists
GET POST /inspection-lists/<uuid:key>
GET      /jobs
POST     /jobs/<uuid:key>/retry
POST     /jobs/retry
GET      /leave
GET      /leave/<int:number>
GET POST /leave/new
GET      /mishaps
POST     /mishaps/<uuid:key>/settled
GET POST /mishaps/new
GET      /models
GET POST /models/<uuid:key>
GET POST /models/new
GET      /network
GET      /network/<int:number>
GET      /network/<int:number>/agreements/<uuid:key>
GET POST /network/<int:number>/deals
GET POST /network/<int:number>/months
GET POST /network/<int:number>/statement
GET POST /network/<int:number>/support
GET POST /network/new
GET POST /network/ranking
GET      /network/support
GET      /notices/<any(visit,card,drive,contact,outside):kind>
GET POST /notices/<any(visit,card,drive):kind>/told/<uuid:key>
GET      /money
GET POST /money/deposits/<uuid:key>
GET POST /money/ledger
GET      /money/ledger/<uuid:key>
GET      /money/receivables
GET      /notes
GET      /notes/<int:number>
GET POST /notes/new
GET      /oem
GET      /oem-policies/<int:number>
GET      /oem-policies/<int:number>/document
GET POST /oem-policies/<int:number>/next-version
GET POST /oem-policies/new
GET      /offer-templates
GET POST /offer-templates/<uuid:key>
POST     /offer-templates/<uuid:key>/drop
GET POST /offer-templates/new
GET      /outings
GET      /outings/<int:number>
GET POST /outings/new
GET      /people
GET      /people/<uuid:key>
GET POST /people/<uuid:key>/<any(edit,post,'stand-in'):sheet>
GET POST /people/<uuid:key>/<any(password,'sign-out',leave,'come-back'):deed>
GET POST /people/<uuid:key>/postings/<uuid:posting>
POST     /people/<uuid:key>/postings/<uuid:posting>/end
GET POST /people/<uuid:key>/second-factor
POST     /people/<uuid:key>/sessions/<uuid:session>/end
POST     /people/<uuid:key>/stand-ins/<uuid:named>/end
GET POST /people/new
GET      /policies
GET      /policies/<int:number>
GET      /policies/<int:number>/replay
GET      /policies/<name>
GET POST /policies/<name>/propose
GET      /plans
GET      /plans/<int:number>
GET      /plans/actual
GET      /plans/actual/pipeline
GET      /plans/actual/rows
GET      /plans/actual/sheet
GET      /plans/budget
GET POST /plans/new
GET      /plans/ordering
GET      /plans/ordering/rows
GET      /plans/ordering/sheet
GET      /pricelists
GET      /pricelists/<int:number>
GET      /pricelists/<int:number>/compare
GET      /pricelists/<int:number>/replay
GET POST /pricelists/new
GET      /privacy
POST     /privacy/holds/<uuid:key>/lift
GET      /privacy/files
GET POST /privacy/files/<int:number>/ask
GET POST /privacy/holds/new
GET      /privacy/retention
GET      /promises
GET      /prospects
GET      /prospects/<int:number>
POST     /prospects/<int:number>/contact
GET POST /prospects/<int:number>/messages
GET POST /prospects/<int:number>/reveal
GET POST /prospects/new
GET      /quotations/<int:number>
GET      /quotations/<int:number>/compare
GET      /quotations/<int:number>/copies/<uuid:key>
GET      /quotations/<int:number>/copy
GET      /quotations/<int:number>/evidence
GET      /quotations/<int:number>/press
POST     /quotations/<int:number>/print
GET      /rebates/<int:number>
GET      /receipts/<int:number>
GET      /readyz
GET      /reports
GET      /reports/morning
GET      /reports/morning/head
GET      /reports/morning/papers/<uuid:key>
GET      /reports/morning/papers/<uuid:key>/file
GET      /reports/morning/papers/<uuid:key>/press
POST     /reports/morning/print
GET      /reports/morning/rows
GET      /requests
GET      /requests/<int:number>
POST     /requests/<int:number>/copy
GET POST /requests/new
GET POST /reveal/<any(contacts,visits,drives,complaints,enquiries,appointments,handovers,care):kind>/<uuid:key>
GET      /reviews
GET      /reviews/<int:number>
GET      /reports/<name>
GET      /reports/<name>/rows
GET      /reports/<name>/sheet
GET      /reports/needs
GET      /reports/needs/rows
GET      /reports/needs/sheet
GET POST /reports/subscriptions
POST     /reports/subscriptions/<uuid:key>/end
GET      /reports/subscriptions/<uuid:key>/file
GET      /reports/traffic
GET      /reports/traffic/rows
GET      /reports/traffic/sheet
GET      /risks
GET      /risks/<int:number>
GET      /routes
GET POST /routes/<uuid:key>/edit
GET POST /routes/new
GET      /sales-files/<int:number>
GET      /search
GET      /settings
GET      /settings/integrations
GET      /settings/integrations/<int:number>
GET POST /settings/integrations/<int:number>/edit
GET POST /settings/integrations/<int:number>/end
GET POST /settings/integrations/<int:number>/token
POST     /settings/integrations/<int:number>/tokens/<uuid:key>/end
GET      /settings/integrations/<int:number>/webhooks/<int:hook>
POST     /settings/integrations/<int:number>/webhooks/<int:hook>/again
GET POST /settings/integrations/<int:number>/webhooks/<int:hook>/edit
POST     /settings/integrations/<int:number>/webhooks/<int:hook>/pause
GET POST /settings/integrations/<int:number>/webhooks/<int:hook>/remove
POST     /settings/integrations/<int:number>/webhooks/<int:hook>/resume
POST     /settings/integrations/<int:number>/webhooks/<int:hook>/secret
GET POST /settings/integrations/<int:number>/webhooks/new
GET POST /settings/integrations/new
GET POST /settings/shop
GET POST /sign-in
GET POST /sign-in/again
GET POST /sign-in/code
GET      /sign-in/provider
GET      /sign-in/provider/answer
POST     /sign-out
GET      /showroom-days/<int:number>
GET      /sightings/<int:number>
GET      /sightings/<int:number>/file
GET POST /sightings/new
GET      /stock
GET      /stock/<int:number>
GET      /stock/<int:number>/copies/<uuid:key>
GET      /stock/<int:number>/photos/<sha256>
POST     /stock/<int:number>/print
GET      /stock/arrivals
GET POST /stock/arrivals/truck
GET POST /stock/new
GET      /stock/orders
GET POST /stock/orders/new
POST     /stock/vin
GET      /sub-dealer-statements/<int:number>
GET      /sub-dealer-statements/<int:number>/paper
GET      /sub-dealer-statements/<int:number>/sheet
GET      /support-requests/<int:number>
GET      /today
GET      /training
POST     /training/<uuid:key>/withdraw
GET POST /training/new
GET      /trips
GET      /trips/<int:number>
GET POST /trips/new
POST     /verify/file
GET      /verify/<number>/<fingerprint>
GET POST /verify
GET      /walkins
GET      /walkins/<int:number>
GET      /walkins/<int:number>/become_deal
POST     /walkins/lookup
GET POST /walkins/new
GET      /workplans
GET      /workplans/<int:number>
GET      /workplans/<int:number>/paper
GET POST /workplans/new
GET POST /workshop
"""  # noqa: E501 - an address is as long as it is


def test_every_address_is_listed(app: Flask) -> None:
    there = {
        (rule.rule, each) for rule in app.url_map.iter_rules() for each in rule.methods or () if each not in UNSAID
    }
    lines = (line.split() for line in URLS.strip().splitlines())
    known = {(line[-1], method) for line in lines for method in line[:-1]}
    changed = [f"new: {each}" for each in there - known] + [f"gone: {each}" for each in known - there]
    assert not changed, listed(changed)
