// Package reference holds no code of the product: its tests run the reference cases of the statistics, which are kept
// in testdata with the source of every expected value.
//
// The tests may import stats and its subpackages. An adapter turns the input of a case into one call and the typed
// result into the names of the case's expected values; it does no arithmetic of its own beyond units and names.
package reference
