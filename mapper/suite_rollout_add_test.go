package mapper_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Versions of a struct before, while and after an attribute is added, under each action
// of it; read backwards, they remove it.
type (
	noteless struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
	}

	noteEncryptedKept struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:encrypt"`
		Member
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	noteEncrypted struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Note string `dynamodbav:"note,omitempty"`
	}
	noteEncryptedRetired struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:encrypt"`
		Member
	}

	noteSignedKept struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:sign"`
		Member
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	noteSigned struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Note string `dynamodbav:"note,omitempty" ddbcrypt:"sign"`
	}
	noteSignedRetired struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:sign"`
		Member
	}

	noteUnprotectedKept struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:none"`
		Member
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	noteUnprotected struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Note string `dynamodbav:"note,omitempty" ddbcrypt:"none"`
	}
	noteUnprotectedRetired struct {
		_ struct{} `ddbcrypt:"table=members,retired=note:none"`
		Member
	}

	// noteWritten writes the attribute even if it is empty.
	noteWritten struct {
		_ struct{} `ddbcrypt:"table=members"`
		Member
		Note string `dynamodbav:"note"`
	}

	// Versions of a struct that was made for attributes to come.
	openNoteless struct {
		_ struct{} `ddbcrypt:"table=members,unknown=encrypt"`
		Member
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	openNote struct {
		_ struct{} `ddbcrypt:"table=members,unknown=encrypt"`
		Member
		Note string                          `dynamodbav:"note,omitempty"`
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
)

func init() {
	suite["an encrypted attribute is added while programs run"] = adds[noteless, noteEncryptedKept, noteEncrypted]
	suite["a signed attribute is added while programs run"] = adds[noteless, noteSignedKept, noteSigned]
	suite["an unprotected attribute is added while programs run"] = adds[noteless, noteUnprotectedKept, noteUnprotected]
	suite["an encrypted attribute is removed while programs run"] = removes[noteEncrypted, noteEncryptedKept, noteEncryptedRetired, noteless]
	suite["a signed attribute is removed while programs run"] = removes[noteSigned, noteSignedKept, noteSignedRetired, noteless]
	suite["an unprotected attribute is removed while programs run"] = removes[noteUnprotected, noteUnprotectedKept, noteUnprotectedRetired, noteless]

	suite["an attribute is added in one phase if unknown ones are carried and encrypted"] = func(t *testing.T, w *world) {
		before, after := createMapper[openNoteless](t, w), openMapper[openNote](t, w)
		r := newRollout(t, before)
		r.live("the programs begin to write the attribute", program(r, before), program(r, after))
		finished(r, after)
	}
	suite["the policy for unknown attributes is changed while programs run, as all that items have are stated"] = func(t *testing.T, w *world) {
		type open struct {
			_ struct{} `ddbcrypt:"table=members,unknown=encrypt,retired=note:encrypt"`
			Member
			Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
		}
		whole, before, after := createMapper[noteEncrypted](t, w), openMapper[noteEncryptedKept](t, w), openMapper[open](t, w)
		r := newRollout(t, whole)
		r.live("the programs change the policy", program(r, before), program(r, after))
		finished(r, whole)
	}
	suite["a program that does not know an attribute refuses items with it, or drops it"] = func(t *testing.T, w *world) {
		before := createMapper[noteless](t, w)
		require.NoError(t, openMapper[noteEncrypted](t, w).Save(t.Context(), &noteEncrypted{Member: Member{ID: "a"}}))
		_, err := before.Load(t.Context(), "a")
		require.NoError(t, err, "an empty note is not written")

		for _, save := range []func() error{
			func() error {
				return openMapper[noteEncrypted](t, w).Save(t.Context(), &noteEncrypted{Member: Member{ID: "b"}, Note: "hello"})
			},
			func() error {
				return openMapper[noteSigned](t, w).Save(t.Context(), &noteSigned{Member: Member{ID: "b", Version: 1}, Note: "hello"})
			},
			func() error { // not without omitempty
				return openMapper[noteWritten](t, w).Save(t.Context(), &noteWritten{Member: Member{ID: "b", Version: 2}})
			},
		} {
			require.NoError(t, save())
			_, err := before.Load(t.Context(), "b")
			requireClass(t, err, "Load", crypto.ErrSignature)
		}

		unprotected := openMapper[noteUnprotected](t, w)
		require.NoError(t, unprotected.Save(t.Context(), &noteUnprotected{Member: Member{ID: "c"}, Note: "hello"}))
		c, err := before.Load(t.Context(), "c")
		require.NoError(t, err)
		require.NoError(t, before.Save(t.Context(), &c))
		dropped, err := unprotected.Load(t.Context(), "c")
		require.NoError(t, err)
		require.Empty(t, dropped.Note)
	}
}

// adds goes through the phases of the guide for a new attribute.
func adds[Old, Kept, New any, O record[Old], K record[Kept], N record[New]](t *testing.T, w *world) {
	before := createMapper[Old](t, w)
	ready, after := openMapper[Kept](t, w), openMapper[New](t, w)
	r := newRollout[Old, O](t, before)
	beforeP, readyP, afterP := program[Old, O](r, before), program[Kept, K](r, ready), program[New, N](r, after)

	r.live("the programs learn the action", beforeP, readyP)
	require.NoError(t, scan[New, N](t.Context(), r.known(), after), "no item has the attribute yet")
	r.live("the programs begin to write the attribute", readyP, afterP)
	r.live("all programs have it", afterP)
	finished[New, N](r, after)
	require.True(t, r.known()["Note/"+memberID(0)])
}

// removes goes through the phases of the guide for an attribute that nobody needs.
func removes[Old, Kept, Retired, New any, O record[Old], K record[Kept], R record[Retired], N record[New]](t *testing.T, w *world) {
	before := createMapper[Old](t, w)
	ready, dropping, after := openMapper[Kept](t, w), openMapper[Retired](t, w), openMapper[New](t, w, mapper.WithPreviousModel[Retired]())
	r := newRollout[Old, O](t, before)
	beforeP, readyP := program[Old, O](r, before), program[Kept, K](r, ready)
	droppingP, afterP := program[Retired, R](r, dropping), program[New, N](r, after)

	r.live("the programs no longer need the attribute, and keep it for the others", beforeP, readyP)
	require.NoError(t, scan[Old, O](t.Context(), r.known(), before))
	r.live("the programs no longer keep it", readyP, droppingP)

	require.NoError(t, before.Save(t.Context(), itemOf[Old, O](r, "stale")))
	modified, err := dropping.Modify(t.Context(), mapper.Key{"stale"}, func(value *Retired) error {
		r.change(R(value))
		return nil
	})
	require.NoError(t, err)
	r.wrote(R(&modified))
	require.Contains(t, w.attributes(t), "note", "Modify drops nothing")
	for value, err := range dropping.Scan(t.Context()) {
		require.NoError(t, err)
		r.change(R(&value))
		require.NoError(t, dropping.Save(t.Context(), &value))
		r.wrote(R(&value))
	}
	require.NotContains(t, w.attributes(t), "note", "Save does")

	r.live("the programs forget the action", droppingP, afterP)
	requirePrevious(t, after, false, func() error { return scan[New, N](t.Context(), r.known(), after) })
	finished[New, N](r, openMapper[New](t, w))
}

// itemOf returns a new item of a version, whose changes count.
func itemOf[T any, P record[T]](r *rollout, id string) *T {
	value := P(new(T))
	value.member().ID = id
	r.change(value)
	r.wrote(value)
	return value
}

// attributes returns the names of all attributes of the members, without those that
// all have.
func (w *world) attributes(t *testing.T) map[string]bool {
	all := map[string]bool{}
	for _, item := range w.stored(t, "members") {
		for name := range item {
			all[name] = true
		}
	}
	return all
}
