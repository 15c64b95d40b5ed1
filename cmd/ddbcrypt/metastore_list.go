package main

import (
	"bytes"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

// listed is what list tells of a version.
type listed struct {
	materialVersion
	Newest bool `json:"newest"`
	// OK and Reason are set by --verify.
	OK     *bool  `json:"ok,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (s *metastoreSession) listCommand() *cobra.Command {
	var verify bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the versions in the table",
		Long: `List the materials and versions in the table, as the table names them: without
keys, and without verifying anything. A row that is no version is a line on
standard error, and the exit code is 1.

With --verify each version is read, verified and decrypted, as items that were
encrypted under it need it. One that does not open is shown with the reason, and
the exit code is 1. That needs the keys that read the store's rows.`,
		Example: `  ddbcrypt metastore list --config users.yaml
  ddbcrypt metastore list --config users.yaml --material users --verify --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, use := cmd.Context(), config.ManageStore
			if verify {
				use = config.ReadStore
			}
			store, err := s.store(ctx, use)
			if err != nil {
				return err
			}
			all, good, err := s.list(ctx, store)
			if err != nil {
				return storeFailed(ctx, err)
			}
			if verify {
				opened, err := verifyAll(ctx, store, all)
				if err != nil {
					return storeFailed(ctx, err)
				}
				good = good && opened
			}
			if err := s.printList(all, verify); err != nil {
				return err
			}
			if !good {
				return &exitError{code: exitItemsFailed}
			}
			return nil
		},
	}
	s.materialFlag(cmd, "list only the material of this `NAME`")
	cmd.Flags().BoolVar(&verify, "verify", false, "verify and decrypt each version")
	return cmd
}

func (s *metastoreSession) list(ctx context.Context, store *config.MetaStore) (all []listed, good bool, err error) {
	found, good, err := s.versions(ctx, store, s.material)
	if err != nil {
		return nil, false, err
	}
	all = make([]listed, len(found))
	for i, v := range found {
		newest := i+1 == len(found) || found[i+1].Material != v.Material
		all[i] = listed{materialVersion: v, Newest: newest}
	}
	return all, good, nil
}

// verifyAll notes which versions open. Its error is for a service that cannot be
// reached or an interruption: those say nothing of a version.
func verifyAll(ctx context.Context, store *config.MetaStore, all []listed) (good bool, err error) {
	good = true
	for i := range all {
		v := &all[i]
		_, err := store.Provider(ctx, v.Material, v.Number)
		if err != nil && (ctx.Err() != nil || failureCode(err) != exitItemsFailed) {
			return false, err
		}
		ok := err == nil
		if v.OK = &ok; !ok {
			good, v.Reason = false, reason(cause(err))
		}
	}
	return good, nil
}

func (s *metastoreSession) printList(all []listed, verified bool) error {
	if s.asJSON {
		for _, v := range all {
			if err := s.print("", v); err != nil {
				return err
			}
		}
		return nil
	}
	var b bytes.Buffer
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "MATERIAL\tVERSION\tNEWEST")
	if verified {
		fmt.Fprint(table, "\tSTATE")
	}
	for _, v := range all {
		newest := "no"
		if v.Newest {
			newest = "yes"
		}
		fmt.Fprintf(table, "\n%s\t%d\t%s", printable(v.Material), v.Number, newest)
		switch {
		case v.Reason != "":
			fmt.Fprintf(table, "\t%s", v.Reason)
		case verified:
			fmt.Fprint(table, "\tok")
		}
	}
	fmt.Fprintln(table)
	_ = table.Flush()
	if _, err := b.WriteTo(s.stdout); err != nil {
		return outputError(err)
	}
	return nil
}
