package spell

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	words := []string{"encrypt", "sign", "none", "partition", "SHA256withRSA"}
	for word, want := range map[string]string{
		"encrypt": "encrypt", "encypt": "encrypt", " ENCRYPT ": "encrypt", "sing": "sign", "partitoin": "partition",
		"sha256withrsa": "SHA256withRSA", "SHA512withRSA": "", "": "", "x": "", "banana": "", "non": "none", "no": "",
		strings.Repeat("a", 10_000): "",
	} {
		require.Equal(t, want, Nearest(word, words), "%.20q", word)
	}
}
