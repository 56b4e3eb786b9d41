CREATE TRIGGER t70_tile_new AFTER INSERT ON civic.areas REFERENCING NEW TABLE AS new_areas
    EXECUTE FUNCTION civic_private.tile_new_areas();
CREATE TRIGGER t70_tile_changed AFTER UPDATE ON civic.areas
    REFERENCING OLD TABLE AS old_areas NEW TABLE AS new_areas
    EXECUTE FUNCTION civic_private.tile_changed_areas();
CREATE TRIGGER t70_tile_old AFTER DELETE ON civic.areas REFERENCING OLD TABLE AS old_areas
    EXECUTE FUNCTION civic_private.tile_old_areas();
CREATE TRIGGER t70_forget AFTER TRUNCATE ON civic.areas
    EXECUTE FUNCTION civic_private.forget_tiles();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.areas
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic_private.area_layers
    EXECUTE FUNCTION civic_private.signal_change('area_signal');
