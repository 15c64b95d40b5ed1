package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func (s *metastoreSession) replicateCommand() *cobra.Command {
	var to string
	var number int64
	cmd := &cobra.Command{
		Use:   "replicate --to FILE",
		Short: "Copy versions of a material to another table",
		Long: `Copy all versions of a material, or one, to the table of another configuration,
such as one in another Region, encrypted by the provider of that table. Items that
are copied there need them.

A version that exists there is left alone; if it has other keys than the one here,
so that items of one table cannot be read with the other, that is said, and the
exit code is 1. Reading needs the keys that read the rows of this store, writing
those that write the other's.`,
		Example: `  ddbcrypt metastore replicate --config ireland.yaml --to frankfurt.yaml
  ddbcrypt metastore replicate --config ireland.yaml --to frankfurt.yaml --version 3`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			one := cmd.Flags().Changed("version")
			switch {
			case to == "":
				return fmt.Errorf("where to? give --to FILE (see %s --help)", cmd.CommandPath())
			case one && number < 0:
				return errors.New("--version is a number from 0")
			}
			ctx := cmd.Context()
			source, err := s.store(ctx, config.ReadStore)
			if err != nil {
				return err
			}
			target, err := s.target(ctx, to)
			if err != nil {
				return err
			}
			name, err := s.materialName(source)
			if err != nil {
				return err
			}
			wanted, good := []materialVersion{{name, number}}, true
			if !one {
				if wanted, good, err = s.versions(ctx, source, name); err != nil {
					return storeFailed(ctx, err)
				}
			}
			if len(wanted) == 0 && good {
				return &exitError{exitItemsFailed, fmt.Errorf("table %q has no version of material %q", source.Table, name)}
			}
			copied, err := s.replicate(ctx, source, target, wanted)
			if err == nil && !(good && copied) {
				err = &exitError{code: exitItemsFailed}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "configuration `FILE` of the other table")
	cmd.Flags().Int64Var(&number, "version", 0, "copy only version `N`")
	s.materialFlag(cmd, "`NAME` of the material (default provider.material_name)")
	return cmd
}

func (s *metastoreSession) target(ctx context.Context, file string) (*config.MetaStore, error) {
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	return c.MetaStore(ctx, config.WriteStore, crypto.WithLogger(s.logger))
}

// replicated is what replicate tells of a version.
type replicated struct {
	materialVersion
	// Result is copied, exists or failed.
	Result string `json:"result"`
	// Table is where it failed, and Reason why.
	Table  string `json:"table,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// replicate copies versions, and reports whether all are there then. One that fails
// does not keep it from the others. Its error ends the command.
func (s *metastoreSession) replicate(ctx context.Context, source, target *config.MetaStore, wanted []materialVersion) (good bool, err error) {
	good = true
	for _, v := range wanted {
		copied, err := source.Replicate(ctx, v.Material, v.Number, target.Store)
		if err != nil && (ctx.Err() != nil || failureCode(err) != exitItemsFailed) {
			return false, storeFailed(ctx, err)
		}
		done := replicated{materialVersion: v, Result: "exists"}
		switch {
		case err != nil:
			good, done.Result, done.Reason = false, "failed", reason(cause(err))
			place := ""
			if e, ok := errors.AsType[*metastore.Error](err); ok {
				done.Table, place = e.Table, fmt.Sprintf("table %q: ", e.Table)
			}
			_, _ = fmt.Fprintf(s.stderr, "ddbcrypt: %s%s: %s\n", place, v, done.Reason)
		case copied:
			done.Result = "copied"
		}
		if err == nil || s.asJSON {
			if err := s.print(v.String()+": "+done.Result, done); err != nil {
				return false, err
			}
		}
	}
	return good, nil
}

// cause returns the error of a store without the version that it is about.
func cause(err error) error {
	if e, ok := errors.AsType[*metastore.Error](err); ok {
		return e.Err
	}
	return err
}
