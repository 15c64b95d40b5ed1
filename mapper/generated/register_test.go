package generated_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func TestRegisterRefusesWhatNoGeneratorWrites(t *testing.T) {
	assert.PanicsWithValue(t, "ddbcrypt: generated_test.flat has generated code twice", func() {
		generated.Register(&generated.Type[flat]{Name: "generated_test.flat"})
	})
	type other struct{}
	for _, digest := range []string{"", "00", "no digits", strings.Repeat("0", 65)} {
		assert.PanicsWithValue(t, "ddbcrypt: the generated code of p.other was changed; run go generate", func() {
			generated.Register(&generated.Type[other]{Name: "p.other", Attributes: []generated.Attribute{{Stated: tags.Stated{Name: "id"}, Digest: digest}}})
		})
	}
}
