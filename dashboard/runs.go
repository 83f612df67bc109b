package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/format"
	"utfall/schema"
)

// runsShown bounds the list of runs: what an operator looks through by eye.
const runsShown = 200

type runsPage struct {
	*view
	Runs    []runRow
	Trouble []runRow // of the newest run of each dataset, those that need a hand
	Error   bool
}

type runRow struct {
	Seq                          uint64
	Dataset, When, Took, Outcome string
	Reason, Repair               string
	Counts                       schema.Counts
	Bad                          bool
}

// runs is the operator's page: what ran, how it ended, and the one command that repairs it.
func (s *Server) runs(c *fiber.Ctx, v *view) (asset, error) {
	v.Title = v.T("Drift", "Operations")
	p := runsPage{view: v}
	ctx, cancel := context.WithTimeout(c.Context(), panelTimeout)
	defer cancel()
	ledger, err := s.Reader.Ledger(ctx, ledgerLines)
	if err != nil {
		s.Logger.Error("a panel failed", "panel", "runs", "error", err)
		p.Error, v.whole = true, false
	}
	seen := map[string]bool{}
	for _, r := range until(ledger, v.AsOf) {
		row := p.row(r)
		if len(p.Runs) < runsShown {
			p.Runs = append(p.Runs, row)
		}
		if !seen[r.Dataset] && row.Bad {
			p.Trouble = append(p.Trouble, row)
		}
		seen[r.Dataset] = true
	}
	return s.html("runs", p)
}

var outcomeWords = map[schema.Outcome]schema.Text{
	schema.Begun:     {SV: "pågår", EN: "under way"},
	schema.Published: {SV: "publicerad", EN: "published"},
	schema.Unchanged: {SV: "oförändrad", EN: "unchanged"},
	schema.Refused:   {SV: "avvisad", EN: "refused"},
	schema.Failed:    {SV: "misslyckad", EN: "failed"},
	schema.Held:      {SV: "hålls inne", EN: "held"},
	schema.Abandoned: {SV: "avbruten", EN: "abandoned"},
}

// Count writes a number of rows.
func (p runsPage) Count(n uint64) string { return format.Number(float64(n), 0, p.Lang) }

func (p runsPage) row(r schema.Release) runRow {
	row := runRow{Seq: r.Seq, Dataset: r.Dataset, When: format.Moment(r.Fetched, p.Lang), Outcome: outcomeWords[r.Outcome].In(p.Lang), Reason: r.Reason, Counts: r.Counts}
	if took := r.Recorded.Sub(r.Fetched); took >= 0 && r.WithdrawnAt.IsZero() && r.Outcome != schema.Begun {
		row.Took = format.Number(took.Seconds(), 1, p.Lang) + " s"
	}
	if !r.WithdrawnAt.IsZero() {
		row.Outcome = p.T("tillbakadragen", "withdrawn")
	}
	row.Repair, row.Bad = repair(r)
	return row
}

// repair gives the command that leads on from a run, and whether one is needed. An abandoned run needs none: the next one
// clears it away.
func repair(r schema.Release) (command string, needed bool) {
	switch {
	case !r.WithdrawnAt.IsZero():
		return "", false
	case r.Outcome == schema.Refused:
		return fmt.Sprintf("utfall release show %d", r.Seq), true
	case r.Outcome == schema.Held:
		return fmt.Sprintf("utfall release show %d", r.Seq), true
	case r.Outcome == schema.Failed:
		return "utfall ingest " + r.Dataset, true
	case r.Outcome == schema.Begun && time.Since(r.Fetched) > time.Hour:
		return "utfall ingest " + r.Dataset, true
	}
	return "", false
}
