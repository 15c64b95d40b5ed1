package mapper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Versions of a struct that differ in the action of one attribute, in that of all
// which state none, and in that of those which no field has.
type (
	planEncrypted struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Plan string `dynamodbav:"plan" ddbcrypt:"encrypt"`
	}
	planSigned struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Plan string `dynamodbav:"plan" ddbcrypt:"sign"`
	}
	planUnprotected struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Plan string `dynamodbav:"plan" ddbcrypt:"none"`
	}

	encryptByDefault struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Plan string `dynamodbav:"plan"`
		City string `dynamodbav:"city"`
	}
	signByDefault struct {
		_ struct{} `ddbcrypt:"table=members,default=sign"`
		Member
		Plan string `dynamodbav:"plan"`
		City string `dynamodbav:"city"`
	}
	noneByDefault struct {
		_ struct{} `ddbcrypt:"table=members,default=none"`
		Member
		Plan string `dynamodbav:"plan"`
		City string `dynamodbav:"city"`
	}
)

func init() {
	suite["an action is changed from encrypt to sign while programs run"] = changesAction[planEncrypted, planSigned]
	suite["an action is changed from sign to encrypt while programs run"] = changesAction[planSigned, planEncrypted]
	suite["an action is changed from sign to none while programs run"] = changesAction[planSigned, planUnprotected]
	suite["an action is changed from none to sign while programs run"] = changesAction[planUnprotected, planSigned]
	suite["an action is changed from encrypt to none while programs run"] = changesAction[planEncrypted, planUnprotected]
	suite["an action is changed from none to encrypt while programs run"] = changesAction[planUnprotected, planEncrypted]

	suite["the default is changed from encrypt to sign while programs run"] = changesAction[encryptByDefault, signByDefault]
	suite["the default is changed from sign to encrypt while programs run"] = changesAction[signByDefault, encryptByDefault]
	suite["the default is changed from sign to none while programs run"] = changesAction[signByDefault, noneByDefault]
	suite["the default is changed from none to sign while programs run"] = changesAction[noneByDefault, signByDefault]
	suite["the default is changed from encrypt to none while programs run"] = changesAction[encryptByDefault, noneByDefault]
	suite["the default is changed from none to encrypt while programs run"] = changesAction[noneByDefault, encryptByDefault]
}

// changesAction goes through the phases of the guide, and through what happens if one
// of them is left out.
func changesAction[Old, New any, O record[Old], N record[New]](t *testing.T, w *world) {
	before := createMapper[Old](t, w)
	ready := openMapper[Old](t, w, mapper.WithPreviousModel[New]())
	changing := openMapper[New](t, w, mapper.WithPreviousModel[Old]())
	after := openMapper[New](t, w)
	r := newRollout[Old, O](t, before)
	beforeP, readyP := program[Old, O](r, before), program[Old, O](r, ready)
	changingP, afterP := program[New, N](r, changing), program[New, N](r, after)

	r.live("the programs learn to read the new model", beforeP, readyP)
	require.Equal(t, []int64{0}, ready.Counters().Previous, "nobody writes it yet")
	requireRefused(t, after) // without the earlier model

	r.live("the programs begin to write the new model", readyP, changingP)
	requirePrevious(t, ready, true, func() error {
		changed, err := changing.Modify(t.Context(), mapper.Key{memberID(0)}, func(value *New) error {
			r.change(N(value))
			return nil
		})
		require.NoError(t, err)
		r.wrote(N(&changed))
		_, err = ready.Load(t.Context(), memberID(0))
		return err
	})
	requireRefused(t, before) // which does not know the new model

	r.live("old items are left", changingP)
	require.NoError(t, before.Save(t.Context(), itemOf[Old, O](r, "stale")))
	requireRefused(t, after) // as not all items are written anew

	requirePrevious(t, changing, true, func() error {
		anew := func(ctx context.Context, n int) error {
			if n > 1 {
				return nil // once is enough
			}
			return rewrite(ctx, changing, keyOfMember[New, N])
		}
		r.live("every item is written anew", changingP, anew)
		return nil
	})
	requirePrevious(t, changing, false, func() error { return scan[New, N](t.Context(), r.known(), changing) })

	r.live("the programs forget the old model", changingP, afterP)
	finished[New, N](r, after)
}

func keyOfMember[T any, P record[T]](value T) mapper.Key { return mapper.Key{P(&value).member().ID} }

// requireRefused wants that some item does not verify, and that all errors are of that
// kind.
func requireRefused[T any](t *testing.T, m *mapper.Mapper[T]) {
	t.Helper()
	refused := 0
	for _, err := range m.Scan(t.Context()) {
		if err != nil {
			requireClass(t, err, "Scan", crypto.ErrSignature)
			refused++
		}
	}
	require.Positive(t, refused)
}
