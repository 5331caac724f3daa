def write_workbook(con, context, path):
    path.write_text("")
