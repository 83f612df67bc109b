// Package mapping turns the rows of official payloads into observations, by what a source's file says its codes mean.
//
// It owns the translation of dimensions, units, symbols and flags, the zeros of sources whose silence is a zero, and the
// account of what a payload says otherwise than its mapping was written for. It imports the decoders' contract, package
// source and schema; it does no I/O.
package mapping
