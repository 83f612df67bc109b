package schema

import (
	"errors"
	"time"
)

// FrozenBriefing is a published briefing as the store keeps it. What its Body holds is the dashboard's business.
type FrozenBriefing struct {
	ID        string
	Version   int // from 1 on
	Corrects  int // the version that it corrects, 0 for none
	Title     Text
	Number    string // diarienummer
	AsOf      time.Time
	Published time.Time
	Program   string
	Hash      string // SHA-256 of Body, in hexadecimal
	Body      []byte // empty in lists
}

// ErrVersionTaken says that a version of a briefing was published already, and that what is published is not rewritten.
var ErrVersionTaken = errors.New("that version was published already and is never rewritten; publish a new version")
