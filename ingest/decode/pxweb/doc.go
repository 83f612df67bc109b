// Package pxweb decodes what PxWeb says of its tables, in both generations of its interface, and the answers that only
// the first one gives.
//
// PxWeb 1 describes a table as {title, variables}; PxWebApi 2 as a JSON-stat dataset without values, with code lists and
// elimination in extensions. Both become a Table. Answers in JSON-stat and px are the business of those packages;
// what remains is format "json" of PxWeb 1 (Open). It imports nothing of Utfall but decode, its JSON scanner and jsonstat.
//
// Sources: PxWeb API 1 (SCB, "Beskrivning av API:et"), PxWebApi 2 (PxTools/PxApiSpecs, PxAPI-2.yml).
package pxweb

const format = "pxweb"
