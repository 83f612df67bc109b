package dashboard

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/briefing"
	"utfall/schema"
)

// mostDraft bounds what is posted: the longest texts of a briefing in two languages, written for an address.
const mostDraft = 512 << 10

// shortestKey bounds the key for saving from below, so that it cannot be guessed.
const shortestKey = 20

func (c Config) checkDraftKey() error {
	switch {
	case c.DraftKey == "":
		return nil
	case len(c.DraftKey) < shortestKey:
		return errors.New("dashboard: the key for saving drafts is shorter than 20 characters; take a longer one")
	case c.Drafts == nil || c.Drafts.Dir() == "":
		return errors.New("dashboard: a key for saving drafts was given and no folder to save them in; give --drafts-dir")
	}
	return nil
}

// editPage is the form in which a draft is written and checked. It keeps nothing between requests: the form holds the file.
type editPage struct {
	*view
	ID        string
	From      string // the draft that a new one was begun from
	Sections  []editSection
	Faults    []string // that belong to no field
	File      string   // the whole file
	Base      string   // hash of the file that the author began with
	Author    *authorView
	Preview   *briefingPage
	CanSave   bool
	Said      string // what came of saving
	FaultsAll int
}

type editSection struct {
	Heading string
	Fields  []editField
}

type editField struct {
	briefing.Field
	Label  string
	Faults []string
	Rows   int
	LIX    string
}

// edit shows the form, checks what was posted, gives it as a file, or saves it. Checking and downloading change nothing and
// are open to all who may read; saving needs the operator's folder and key.
func (s *Server) edit(lang schema.Lang) fiber.Handler {
	return func(c *fiber.Ctx) error {
		state, err := s.current()
		if err != nil {
			return err
		}
		if err := s.Drafts.Refresh(); err != nil {
			return err
		}
		id := c.Params("id")
		def, ok := s.Drafts.Get(id)
		begun := def.Source()
		if !ok {
			if begun, err = s.beginDraft(id, c.Query("efter")); err != nil {
				return err
			}
		}
		v := &view{s: s, Lang: lang, Prefix: prefixOf(lang), State: state, path: "/genomgang/" + id + "/redigera", Query: map[string][]string{}, Fixed: true}
		v.Title = v.T("Redigera utkast: ", "Edit draft: ") + cmp.Or(def.Title.In(lang), id)
		p := &editPage{view: v, ID: id, From: c.Query("efter"), CanSave: s.DraftKey != "", File: string(begun), Base: hashOf(def.Source())}
		if c.Method() == fiber.MethodPost {
			if err := sameSite(c); err != nil {
				return err
			}
			p.File, p.Base = posted(c, "fil"), posted(c, "grund")
			if posted(c, "gor") != "fil" { // the fields count, not the whole file
				text, err := briefing.Apply([]byte(p.File), values(c))
				if err != nil {
					return refuse(fiber.StatusBadRequest, "Formuläret hör inte ihop med filen. Öppna sidan på nytt.", "The form does not belong to the file. Open the page anew.")
				}
				p.File = string(text)
			}
			if posted(c, "gor") == "hamta" {
				c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+id+`.yaml"`)
				c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
				return c.SendString(p.File)
			}
		}
		if err := s.examine(c.Context(), p); err != nil {
			return err
		}
		if c.Method() == fiber.MethodPost && posted(c, "gor") == "spara" {
			s.save(c, p, def)
		}
		c.Set("Cache-Control", "no-store")
		a, err := s.html("briefing_edit", p)
		if err != nil {
			return err
		}
		return a.send(c)
	}
}

// newDraft leads to the form of a draft that is not there yet.
func (s *Server) newDraft(prefix string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, from := strings.TrimSpace(c.Query("namn")), c.Query("efter")
		if _, taken := s.Drafts.Get(id); taken {
			return refuse(fiber.StatusConflict, "Det finns redan ett utkast ”"+short(id)+"”. Välj ett annat kortnamn.", "There is a draft “"+short(id)+"” already. Choose another short name.")
		}
		if _, err := s.beginDraft(id, from); err != nil {
			return err
		}
		return c.Redirect(address(prefix+"/genomgang/"+id+"/redigera", url.Values{"efter": {from}}), fiber.StatusSeeOther)
	}
}

// beginDraft gives the file that a new draft begins as: another draft under its own name and without that one's registry number.
func (s *Server) beginDraft(id, from string) ([]byte, error) {
	model, ok := s.Drafts.Get(from)
	if !ok {
		return nil, refuse(fiber.StatusNotFound, "Det finns inget utkast ”"+short(id)+"”. Välj ett i listan över genomgångar, eller börja ett nytt där.",
			"There is no draft “"+short(id)+"”. Choose one from the list of briefings, or begin a new one there.")
	}
	if !briefing.ValidID(id) || id == "nytt" { // which is the page that leads here
		return nil, refuse(fiber.StatusBadRequest, "Kortnamnet ”"+short(id)+"” går inte. Skriv små bokstäver a till z, siffror och bindestreck, högst 60 tecken.",
			"The short name “"+short(id)+"” cannot be used. Write small letters a to z, digits and hyphens, at most 60 of them.")
	}
	own := map[string]string{"id": id}
	if model.Number != "" {
		own["diarienummer"] = ""
	}
	return briefing.Apply(model.Source(), own)
}

func posted(c *fiber.Ctx, name string) string {
	return strings.ReplaceAll(c.FormValue(name), "\r\n", "\n")
}

// values gives the posted fields by their paths. A box that is not ticked is not posted, and named by a field of its own.
func values(c *fiber.Ctx) map[string]string {
	out := map[string]string{}
	c.Request().PostArgs().VisitAll(func(k, v []byte) {
		if path, ok := strings.CutPrefix(string(k), "f."); ok {
			out[path] = strings.ReplaceAll(string(v), "\r\n", "\n")
		} else if path, ok := strings.CutPrefix(string(k), "ruta."); ok && out[path] == "" {
			out[path] = ""
		}
	})
	return out
}

// sameSite refuses a form that another site has posted.
func sameSite(c *fiber.Ctx) error {
	r := &http.Request{Method: c.Method(), Header: http.Header{}, Host: string(c.Request().Header.Host())}
	for _, h := range []string{"Origin", "Sec-Fetch-Site"} {
		if v := c.Get(h); v != "" {
			r.Header.Set(h, v)
		}
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return refuse(fiber.StatusForbidden, "Formuläret skickades från en annan webbplats och togs inte emot.", "The form was sent from another site and was not accepted.")
	}
	return nil
}

// examine checks the file, and shows what it would become.
func (s *Server) examine(ctx context.Context, p *editPage) error {
	def, faults := s.Drafts.Check(p.ID, []byte(p.File))
	f := found{def: def, hasDraft: true}
	if len(faults) == 0 {
		var err error
		if f.snap, f.faults, err = s.compose(ctx, def, s.Now()); err != nil {
			return err
		}
		faults = f.faults
		inner := *p.view
		p.Preview = s.briefingView(&inner, f)
		p.Preview.Paper = true // no links away from the form
		p.Author = s.author(f, p.Lang)
	}
	p.FaultsAll = len(faults)
	p.lay(def, faults)
	return nil
}

// lay puts each fault to its field, the others above the form.
func (p *editPage) lay(def briefing.Definition, faults []error) {
	left := map[error]bool{}
	for _, e := range faults {
		left[e] = true
	}
	var section briefing.SectionID
	for _, f := range def.Fields() {
		if len(p.Sections) == 0 || f.Section != section {
			section = f.Section
			heading := p.T("Överst", "At the top")
			if section != "" {
				heading = section.Heading().In(p.Lang)
			}
			p.Sections = append(p.Sections, editSection{Heading: heading})
		}
		x := editField{Field: f, Label: p.label(f), Rows: min(2+strings.Count(f.Value, "\n")+len(f.Value)/90, 24)}
		if f.Kind == briefing.FieldText {
			x.LIX = formatLIX(briefing.Plain(f.Value), p.Lang)
		}
		for _, e := range faults {
			var fault *briefing.Fault
			if left[e] && errors.As(e, &fault) && (fault.Path() == f.Path || strings.HasPrefix(f.Path, fault.Path()+".")) {
				x.Faults, left[e] = append(x.Faults, fault.In(p.Lang)), false
			}
		}
		s := &p.Sections[len(p.Sections)-1]
		s.Fields = append(s.Fields, x)
	}
	for _, e := range faults {
		if left[e] {
			p.Faults = append(p.Faults, faultText(e, p.Lang))
		}
	}
}

// faultText says what is wrong and where. What a file that cannot be read at all is told in English, by what reads it.
func faultText(e error, lang schema.Lang) string {
	var fault *briefing.Fault
	if errors.As(e, &fault) {
		return fault.Place + ": " + fault.In(lang)
	}
	return schema.Text{SV: "Filen kan inte läsas: ", EN: "The file cannot be read: "}.In(lang) + e.Error()
}

func (p *editPage) label(f briefing.Field) string {
	name := map[briefing.FieldKind]string{
		briefing.FieldTitle: p.T("Titel", "Title"), briefing.FieldNumber: p.T("Diarienummer", "Registry number"),
		briefing.FieldPeriod: p.T("Period, till exempel 2013/2023", "Period, for example 2013/2023"), briefing.FieldHeading: p.T("Rubrik", "Heading"),
		briefing.FieldText: p.T("Text", "Text"), briefing.FieldNone: p.T("Inga särskilda aspekter", "No special aspects"),
	}[f.Kind]
	switch f.Lang {
	case schema.SV:
		return name + p.T(" på svenska", " in Swedish")
	case schema.EN:
		return name + p.T(" på engelska", " in English")
	}
	return name
}

// save writes the file into the operator's folder, if the key is right and nobody has changed it meanwhile.
func (s *Server) save(c *fiber.Ctx, p *editPage, now briefing.Definition) {
	given, want := sha256.Sum256([]byte(c.FormValue("nyckel"))), sha256.Sum256([]byte(s.DraftKey))
	switch {
	case s.DraftKey == "":
		p.Said = p.T("Här kan utkast inte sparas. Hämta filen i stället.", "Drafts cannot be saved here. Download the file instead.")
	case subtle.ConstantTimeCompare(given[:], want[:]) != 1:
		c.Status(fiber.StatusForbidden)
		p.Said = p.T("Inte sparat: nyckeln är fel. Den som driver webbplatsen har den.", "Not saved: the key is wrong. Whoever runs the site has it.")
	case p.FaultsAll > 0:
		c.Status(fiber.StatusUnprocessableEntity)
		p.Said = p.T("Inte sparat: rätta felen nedan först.", "Not saved: mend the faults below first.")
	case p.Base != hashOf(now.Source()):
		c.Status(fiber.StatusConflict)
		p.Said = p.T("Inte sparat: någon annan har ändrat utkastet sedan du öppnade det. Hämta din fil, öppna sidan på nytt och för in ändringen.", "Not saved: somebody has changed the draft since you opened it. Download your file, open the page anew and make the change again.")
	default:
		if err := s.Drafts.Save(p.ID, []byte(p.File)); err != nil {
			s.Logger.Error("a draft could not be saved", "briefing", p.ID, "error", err)
			c.Status(fiber.StatusInternalServerError)
			p.Said = p.T("Inte sparat: filen kunde inte skrivas. Hämta den i stället.", "Not saved: the file could not be written. Download it instead.")
			return
		}
		s.publications.askAnew()
		s.Logger.Info("a draft was saved", "briefing", p.ID, "hash", hashOf([]byte(p.File)))
		p.Base = hashOf([]byte(p.File))
		p.Said = p.T("Sparat.", "Saved.")
	}
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
