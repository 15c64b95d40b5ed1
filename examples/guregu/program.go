package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/guregu/dynamo/v2"
)

const table = "users"

// User is what the program stores. Nothing in this file knows of encryption.
type User struct {
	ID      string   `dynamo:"id,hash"`
	Created int      `dynamo:"created,range"`
	Email   string   `dynamo:"email"`
	Phones  []string `dynamo:"phones,set,omitempty"`
	Plan    string   `dynamo:"plan"`
	Views   int      `dynamo:"views"`
}

var alice = User{ID: "alice", Created: 1, Email: "alice@example.com", Phones: []string{"+41 44 668 18 00"}, Plan: "free"}

// program does what programs do with guregu/dynamo.
func program(ctx context.Context, out io.Writer, db *dynamo.DB) error {
	if err := db.CreateTable(table, User{}).OnDemand(true).Wait(ctx); err != nil {
		return err
	}
	for i, step := range []struct {
		title string
		do    func(context.Context, io.Writer, *dynamo.DB, dynamo.Table) error
	}{
		{"Put and Get", putAndGet},
		{"Put If", putIf},
		{"Batch", batch},
		{"Scan", scan},
		{"Query", query},
		{"Update", update},
		{"Transaction", transaction},
	} {
		fmt.Fprintf(out, "%d. %s:\n", i+1, step.title)
		if err := step.do(ctx, out, db, db.Table(table)); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

func putAndGet(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	if err := users.Put(alice).If("attribute_not_exists($)", "id").Run(ctx); err != nil {
		return err
	}
	var user User
	if err := users.Get("id", "alice").Range("created", dynamo.Equal, 1).One(ctx, &user); err != nil {
		return err
	}
	printUsers(out, user)
	err := users.Get("id", "bob").Range("created", dynamo.Equal, 1).One(ctx, &user)
	if !errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("bob was found: %w", err)
	}
	fmt.Fprintln(out, "   bob:", err)
	return nil
}

func putIf(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	err := users.Put(alice).If("attribute_not_exists($)", "id").Run(ctx)
	if !dynamo.IsCondCheckFailed(err) {
		return fmt.Errorf("the condition did not fail: %w", err)
	}
	fmt.Fprintln(out, "   she is there already")

	// A whole item may change in any attribute.
	changed := alice
	changed.Email = "alice@example.net"
	var old User
	if err := users.Put(changed).If("$ = ?", "plan", "free").OldValue(ctx, &old); err != nil {
		return err
	}
	printUsers(out, old)
	return nil
}

func batch(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	wrote, err := users.Batch("id", "created").Write().
		Put(User{ID: "bob", Created: 1, Email: "bob@example.com", Plan: "gold"}, User{ID: "carol", Created: 1, Email: "carol@example.com", Plan: "gold"}).Run(ctx)
	if err != nil {
		return err
	}
	var list []User
	if err := users.Batch("id", "created").Get(dynamo.Keys{"alice", 1}, dynamo.Keys{"bob", 1}).All(ctx, &list); err != nil {
		return err
	}
	fmt.Fprintf(out, "   wrote %d, got %d\n", wrote, len(list))
	return nil
}

func scan(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	var list []User
	if err := users.Scan().Filter("$ = ?", "plan", "free").All(ctx, &list); err != nil {
		return err
	}
	printUsers(out, list...)

	gold, user := 0, User{}
	iter := users.Scan().Filter("$ = ?", "plan", "gold").Iter()
	for iter.Next(ctx, &user) {
		gold++
	}
	fmt.Fprintf(out, "   %d are gold\n", gold)
	return iter.Err()
}

func query(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	var list []User
	err := users.Get("id", "alice").Range("created", dynamo.Less, 7).Filter("$ = ?", "plan", "free").All(ctx, &list)
	printUsers(out, list...)
	if err != nil {
		return err
	}
	n, err := users.Get("id", "bob").Count(ctx)
	fmt.Fprintf(out, "   bob has %d\n", n)
	return err
}

func update(ctx context.Context, out io.Writer, _ *dynamo.DB, users dynamo.Table) error {
	var user User
	err := users.Update("id", "alice").Range("created", 1).Add("views", 1).If("$ = ?", "plan", "free").Value(ctx, &user)
	printUsers(out, user)
	return err
}

func transaction(ctx context.Context, out io.Writer, db *dynamo.DB, users dynamo.Table) error {
	err := db.WriteTx().Idempotent(true).
		Put(users.Put(User{ID: "dave", Created: 1, Email: "dave@example.com", Plan: "free"}).If("attribute_not_exists($)", "id")).
		Update(users.Update("id", "alice").Range("created", 1).Add("views", 1)).
		Delete(users.Delete("id", "carol").Range("created", 1)).
		Check(users.Check("id", "bob").Range("created", 1).If("$ = ?", "plan", "gold")).
		Run(ctx)
	if err != nil {
		return err
	}
	var one, other User
	err = db.GetTx().
		GetOne(users.Get("id", "alice").Range("created", dynamo.Equal, 1), &one).
		GetOne(users.Get("id", "dave").Range("created", dynamo.Equal, 1), &other).Run(ctx)
	printUsers(out, one, other)
	return err
}

func printUsers(out io.Writer, users ...User) {
	for _, user := range users {
		fmt.Fprintf(out, "   %+v\n", user)
	}
}
