package tags

import (
	"crypto/sha256"
	"fmt"
)

// Fingerprint returns a text of 16 hexadecimal digits that is the same for the same
// model, whether it was read from a running program or from source: the options of
// the struct, and of each attribute its name, field, action, options and flags. Go
// types of fields are not in it.
func (m *Model) Fingerprint() string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q\n", m.tag.String())
	for _, a := range m.attributes {
		_, _ = fmt.Fprintf(h, "%q %q %q %+v %v\n", a.Name, a.Path, a.Tag().String(), a.Flags, a.index)
	}
	if m.carrier != nil {
		_, _ = fmt.Fprintf(h, "%q %q\n", m.carrier.Name, m.carrier.Path)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
