package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Bounds of what is printed of texts in items, in characters. Every such text is
// quoted: a terminal would obey escape sequences in it.
const (
	maxShownName  = 255
	maxShownValue = 200
)

// text returns the report for people.
func (r report) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s:%d\n", display(r.File), r.Line)
	r.writeSignature(&b)
	r.writeDescription(&b)
	fmt.Fprintf(&b, "  attributes: %d\n", len(r.Attributes))
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, a := range r.Attributes {
		state := "clear"
		if a.MayBeEncrypted {
			state = "may be encrypted"
		}
		fmt.Fprintf(table, "    %.*q\t%s\t%s\t%s\n", maxShownName, a.Name, a.Type, a.size(), state)
	}
	_ = table.Flush()
	return b.Bytes()
}

func (r report) writeSignature(w io.Writer) {
	switch {
	case r.Signature == nil:
		fmt.Fprintln(w, "  signature: none")
	case r.Signature.Type != "B":
		fmt.Fprintf(w, "  signature: malformed: it is not binary but %s\n", r.Signature.Type)
	default:
		fmt.Fprintf(w, "  signature: %s, not verified\n", r.Signature.size())
	}
}

func (r report) writeDescription(w io.Writer) {
	switch {
	case r.Described == nil:
		fmt.Fprintln(w, "  material description: none")
		return
	case r.Problem != "":
		fmt.Fprintf(w, "  material description: malformed: %s\n", r.Problem)
		return
	}
	fmt.Fprintf(w, "  material description: %s\n", r.Described.size())
	keys := slices.Collect(maps.Keys(r.Description))
	if r.WrappedKey != nil {
		keys = append(keys, cmp.DescriptionContentKey)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if value, ok := r.Description[key]; ok {
			fmt.Fprintf(w, "    %.*q: %.*q\n", maxShownName, key, maxShownValue, value)
		} else {
			fmt.Fprintf(w, "    %q: %s\n", key, count(*r.WrappedKey, "character"))
		}
	}
}

// size returns the size with its unit.
func (v valueReport) size() string {
	switch v.Type {
	case "S", "N", "B":
		return count(v.Size, "byte")
	case "BOOL", "NULL":
		return "-"
	default:
		return count(v.Size, "member")
	}
}
