// Package disclosure keeps small counts from being read out of a table: it says which cells must be hidden, which others
// must be hidden with them so that sums and differences do not give them back, and it attacks its own work.
//
// It knows three things. A Table is counts over dimensions with totals (area, sex, age, time). Protect says which of its
// cells are shown, and proves it: for every small count it holds two whole tables that agree with all that is shown and
// differ in that count by at least the threshold. A System is what an attacker knows, unknown counts and published sums of
// them; Bounds gives what can be concluded, with exact elimination, a linear programme and branching. Audit turns the
// second on the first. Counts that stand behind a rate, a share or limits are given by the functions of invert.go.
//
// It may import the standard library, gonum and the parent package stats; it does no I/O, holds no state and gives equal
// results for equal input. Input that cannot be used is a *stats.Error; nothing here panics.
//
// Methods: complementary suppression after Repsilber's hypercubes (R. D. Repsilber, 1994; S. Giessing and D. Repsilber,
// 2002), with the protection measured as a feasibility interval (M. Fischetti and J. J. Salazar, 2001) and not as the mere
// absence of an exact solution (Ø. Langsrud, 2024, whose patterns the tests compare with).
package disclosure
