package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Versions of a struct that differ in whether an attribute is signed.
type (
	roleUnprotected struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Role string `dynamodbav:"role,omitempty" ddbcrypt:"none"`
	}
	roleSigned struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Role string `dynamodbav:"role,omitempty" ddbcrypt:"sign"`
	}
)

func init() {
	suite["what an earlier model does not sign is open until that model is taken off the list"] = func(t *testing.T, w *world) {
		before := createMapper[roleUnprotected](t, w)
		changing := openMapper[roleSigned](t, w, mapper.WithPreviousModel[roleUnprotected]())
		after := openMapper[roleSigned](t, w)
		require.NoError(t, before.Save(t.Context(), &roleUnprotected{Member: Member{ID: "old"}, Role: "guest"}))
		require.NoError(t, changing.Save(t.Context(), &roleSigned{Member: Member{ID: "new"}, Role: "guest"}))
		require.NoError(t, changing.Save(t.Context(), &roleSigned{Member: Member{ID: "new without a role"}}))
		stored := w.stored(t, "members")
		require.Len(t, stored, 3)
		for _, item := range stored {
			w.plant(t, "members", with(item, "role", str("admin")))
		}

		for _, id := range []string{"old", "new without a role"} {
			forged, err := changing.Load(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, "admin", forged.Role)
			_, err = after.Load(t.Context(), id)
			requireClass(t, err, "Load", crypto.ErrSignature)
		}
		require.Equal(t, []int64{2}, changing.Counters().Previous)
		_, err := changing.Load(t.Context(), "new")
		requireClass(t, err, "Load", crypto.ErrSignature)

		// What is rewritten is signed as it was found.
		_, err = changing.Modify(t.Context(), mapper.Key{"old"}, func(*roleSigned) error { return nil })
		require.NoError(t, err)
		forged, err := after.Load(t.Context(), "old")
		require.NoError(t, err)
		require.Equal(t, "admin", forged.Role)
	}
	suite["an item of an earlier model can be put back until that model is taken off the list"] = func(t *testing.T, w *world) {
		before := createMapper[planEncrypted](t, w)
		changing := openMapper[planSigned](t, w, mapper.WithPreviousModel[planEncrypted]())
		require.NoError(t, before.Save(t.Context(), &planEncrypted{Member: Member{ID: "a"}, Plan: "free"}))
		kept := w.stored(t, "members")[0]
		_, err := changing.Modify(t.Context(), mapper.Key{"a"}, func(value *planSigned) error {
			value.Plan = "gold"
			return nil
		})
		require.NoError(t, err)
		w.plant(t, "members", kept)

		back, err := changing.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "free", back.Plan)
		_, err = openMapper[planSigned](t, w).Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrSignature)
	}
}
