package mapper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// hooked has both hooks by pointer, and counts their calls in what is stored.
type hooked struct {
	_     struct{} `ddbcrypt:"table=hooked"`
	ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
	Saves int      `dynamodbav:"saves"`
	Loads int      `dynamodbav:"-"`
	Fail  string   `dynamodbav:"fail"`
}

var errHook = errors.New("the hook refuses it")

func (h *hooked) BeforeSave(context.Context) error {
	if h.Saves++; h.Fail == "save" {
		return errHook
	}
	return nil
}

func (h *hooked) AfterLoad(context.Context) error {
	if h.Loads++; h.Fail == "load" {
		return errHook
	}
	return nil
}

// validated has a hook by value.
type validated struct {
	_  struct{} `ddbcrypt:"table=validated"`
	ID string   `dynamodbav:"id" ddbcrypt:"partition"`
}

func (v validated) BeforeSave(ctx context.Context) error {
	if v.ID == "bad" {
		return errHook
	}
	return ctx.Err()
}

func init() {
	suite["hooks are called once for each write and each item read"] = func(t *testing.T, w *world) {
		things := createMapper[hooked](t, w)
		h := hooked{ID: "h"}
		var old, got *hooked
		require.NoError(t, things.Save(t.Context(), &h, mapper.ReturnOld(&old)))
		require.Equal(t, 1, h.Saves)
		require.NoError(t, things.SaveMany(t.Context(), []*hooked{&h}))
		require.Equal(t, 2, h.Saves)
		prepared, err := mapper.PrepareTransaction(t.Context(), things.PutOp(&h))
		require.NoError(t, err)
		require.NoError(t, prepared.Run(t.Context()))
		require.NoError(t, prepared.Run(t.Context()))
		require.Equal(t, 3, h.Saves)
		require.Zero(t, h.Loads)
		modified, err := things.Modify(t.Context(), mapper.Key{"h"}, func(h *hooked) error { return nil })
		require.NoError(t, err)
		require.Equal(t, hooked{ID: "h", Saves: 4, Loads: 1}, modified)

		want := hooked{ID: "h", Saves: 4, Loads: 1}
		loaded, err := things.Load(t.Context(), "h")
		require.NoError(t, err)
		require.Equal(t, want, loaded)
		many, err := things.LoadMany(t.Context(), []mapper.Key{{"h"}})
		require.NoError(t, err)
		require.Equal(t, []*hooked{&want}, many)
		require.NoError(t, mapper.TransactLoad(t.Context(), things.LoadOp(&got, "h")))
		require.Equal(t, &want, got)
		require.NoError(t, things.Delete(t.Context(), &loaded, mapper.ReturnOld(&old)))
		require.Equal(t, &want, old)
		require.Equal(t, 4, loaded.Saves, "Delete has no hook")
	}

	suite["an error of BeforeSave ends every write"] = func(t *testing.T, w *world) {
		things := createMapper[hooked](t, w)
		bad := &hooked{ID: "h", Fail: "save"}
		_, err := things.Modify(t.Context(), mapper.Key{"h"}, func(h *hooked) error { h.Fail = "save"; return nil }, mapper.OrCreate())
		w.tap.Reset()
		for _, err := range []error{
			err, things.Save(t.Context(), bad), things.SaveMany(t.Context(), []*hooked{{ID: "good"}, bad}),
			mapper.Transact(t.Context(), things.PutOp(&hooked{ID: "good"}), things.PutOp(bad)),
		} {
			require.ErrorIs(t, err, errHook)
			requireAs[*mapper.Error](t, err)
		}
		require.Zero(t, w.tap.Count(""))
		require.Empty(t, w.stored(t, "hooked"))
		require.NoError(t, things.Delete(t.Context(), bad))
	}

	suite["an error of AfterLoad makes an item one that cannot be loaded"] = func(t *testing.T, w *world) {
		things := createMapper[hooked](t, w)
		good := hooked{ID: "good"}
		require.NoError(t, things.SaveMany(t.Context(), []*hooked{{ID: "bad", Fail: "load"}, &good}))
		_, err := things.Load(t.Context(), "bad")
		require.ErrorIs(t, err, errHook)
		var one, two *hooked
		err = mapper.TransactLoad(t.Context(), things.LoadOp(&one, "bad"), things.LoadOp(&two, "good"))
		require.ErrorIs(t, err, errHook)
		require.Nil(t, one)
		require.NotNil(t, two)
		_, err = things.Modify(t.Context(), mapper.Key{"bad"}, func(*hooked) error { t.Error("it was called"); return nil })
		require.ErrorIs(t, err, errHook)
		var old *hooked
		err = things.Delete(t.Context(), &hooked{ID: "bad"}, mapper.ReturnOld(&old))
		require.ErrorIs(t, err, errHook)
		require.ErrorContains(t, err, "it was done")
		require.Nil(t, old)
		require.Len(t, w.stored(t, "hooked"), 1)
	}

	suite["a hook with a value receiver is called too"] = func(t *testing.T, w *world) {
		things := createMapper[validated](t, w)
		require.NoError(t, things.Save(t.Context(), &validated{ID: "good"}))
		require.ErrorIs(t, things.Save(t.Context(), &validated{ID: "bad"}), errHook)
		require.Len(t, w.stored(t, "validated"), 1)
	}
}
