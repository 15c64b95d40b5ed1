//go:build interop

package interop

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// unknownAttributes has items that have more attributes than the reader models.
func (m *mappers) unknownAttributes(t *testing.T) {
	wide, parts := wideProfile{exampleProfile()}, exampleProfile().profileParts
	signedWide := signedWideProfile{wideParts: exampleProfile()}
	checkUnknown(t, m, "WideProfile", "OpenEndedProfile", wide, openEndedProfile{profileParts: parts})
	checkUnknown(t, m, "SignedWideProfile", "SignedOpenEndedProfile", signedWide, signedOpenEndedProfile{profileParts: parts})

	refuseUnknown[wideProfile, profile](t, m, "WideProfile", "Profile", wide)
	refuseUnknown[wideProfile, signedOpenEndedProfile](t, m, "WideProfile", "SignedOpenEndedProfile", wide)
	refuseUnknown[signedWideProfile, openEndedProfile](t, m, "SignedWideProfile", "OpenEndedProfile", signedWide)
}

// checkUnknown wants the reader to load what it models, to refuse a change of the rest, and a save by it to drop the rest.
func checkUnknown[W, R any](t *testing.T, m *mappers, written, read string, value W, want R) {
	across(t, m, written, read, func(t *testing.T, table string, writer side[W], reader side[R]) {
		ctx := t.Context()
		require.NoError(t, writer.Save(ctx, &value))
		loaded, err := reader.Load(ctx, "alice", 1)
		require.NoError(t, err)
		require.Equal(t, want, loaded)

		item := m.get(t, table, person("alice"))
		for _, name := range []string{"email", "visits", "tags"} {
			m.put(t, table, changed(item, name))
			_, err := reader.Load(ctx, "alice", 1)
			assert.ErrorIs(t, err, crypto.ErrSignature, name)
		}
		m.put(t, table, with(item, "added", &types.AttributeValueMemberS{Value: "later"}))
		_, err = reader.Load(ctx, "alice", 1)
		assert.ErrorIs(t, err, crypto.ErrSignature, "an attribute that nobody signed")

		require.NoError(t, reader.Save(ctx, &loaded))
		require.NotContains(t, m.get(t, table, person("alice")), "email")
		_, err = writer.Load(ctx, "alice", 1)
		require.NoError(t, err)
	})
}

// refuseUnknown wants the reader to refuse an item where it takes the attributes that it does not model for something else.
func refuseUnknown[W, R any](t *testing.T, m *mappers, written, read string, value W) {
	across(t, m, written, read, func(t *testing.T, _ string, writer side[W], reader side[R]) {
		require.NoError(t, writer.Save(t.Context(), &value))
		_, err := reader.Load(t.Context(), "alice", 1)
		require.ErrorIs(t, err, crypto.ErrSignature)
	})
}

// unprotectedAttributes wants attributes that nobody models to do no harm where nobody handles them.
func (m *mappers) unprotectedAttributes(t *testing.T) {
	across(t, m, "Profile", "Profile", func(t *testing.T, table string, writer, reader side[profile]) {
		value := profile{exampleProfile().profileParts}
		require.NoError(t, writer.Save(t.Context(), &value))
		m.put(t, table, with(m.get(t, table, person("alice")), "added", &types.AttributeValueMemberS{Value: "later"}))
		for _, side := range []side[profile]{writer, reader} {
			loaded, err := side.Load(t.Context(), "alice", 1)
			require.NoError(t, err)
			require.Equal(t, value, loaded)
		}
	})
}

func with(item crypto.Item, name string, value types.AttributeValue) crypto.Item {
	item = maps.Clone(item)
	item[name] = value
	return item
}
